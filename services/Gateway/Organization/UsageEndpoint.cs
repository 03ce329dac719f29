using System.Globalization;
using Platform.Eventing;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>GET /v1/organization/usage/completions</c>: buckets of the rollup, the empty ones included.</summary>
internal static class UsageEndpoint
{
    private const string PagePrefix = "page_";
    private static readonly string[] Kinds = ["chat", "completion"];

    public static void MapUsage(this IEndpointRouteBuilder organization) =>
        organization.MapGet("/usage/completions", Completions).WithSummary("Tokens and requests of chat and text completions, in buckets of time.").Produces<UsagePage>();

    private static async Task<IResult> Completions(HttpRequest request, UsageReader usage, TimeProvider clock, CancellationToken cancellation)
    {
        if (Read(request.Query, clock.GetUtcNow()).Refused(out var error, out var asked)) return new Refusal(error);
        var rows = asked.BatchesOnly ? [] : await usage.Read(asked.Query, cancellation);
        return Results.Json(Page(asked, rows.ToLookup(row => row.Bucket.ToUnixTimeSeconds())), WireJson.Wire.UsagePage);
    }

    internal static ApiResult<AskedUsage> Read(IQueryCollection query, DateTimeOffset now)
    {
        var reader = new QueryReader(query);
        var (width, fewest, most) = reader.OneOf("bucket_width", "1m", "1h", "1d") switch
        {
            "1m" => (BucketWidth.Minute, 60, 1440),
            "1h" => (BucketWidth.Hour, 24, 168),
            _ => (BucketWidth.Day, 7, 31),
        };
        if (reader.Text("start_time") is null) reader.Refuse("start_time", "Missing required parameter: 'start_time'.", "missing_required_parameter");
        var latest = now.AddYears(1).ToUnixTimeSeconds();
        var start = reader.Integer("start_time", 0, latest) ?? 0;
        var end = reader.Integer("end_time", 0, latest) ?? now.ToUnixTimeSeconds() + 1;
        var limit = (int)(reader.Integer("limit", 1, most) ?? fewest);
        if (end <= start) reader.Refuse("end_time", "Invalid 'end_time': it must be later than 'start_time'.", "invalid_value");
        if (reader.Text("page") is { } page && !TryReadPage(page, ref start)) reader.Refuse("page", "Invalid 'page': it must be the 'next_page' of an earlier answer.", "invalid_value");
        var groups = reader.ListOf("group_by", "project_id", "user_id", "api_key_id", "model", "batch", "service_tier");
        var batch = reader.Boolean("batch");
        if (reader.Error is { } error) return error;

        var seconds = Seconds(width);
        var first = start - (start % seconds);
        var count = (int)Math.Min(limit, (end - first + seconds - 1) / seconds);
        var rollup = new UsageQuery(DateTimeOffset.FromUnixTimeSeconds(first), DateTimeOffset.FromUnixTimeSeconds(first + (count * seconds)), width)
        {
            Kinds = Kinds,
            Projects = reader.List("project_ids"),
            Users = reader.List("user_ids"),
            Keys = reader.List("api_key_ids"),
            Models = reader.List("models"),
            GroupBy = [.. groups.Where(group => group != "batch")],
        };
        return new AskedUsage(rollup, count, End: end, ByBatch: groups.Contains("batch"), BatchesOnly: batch == true);
    }

    private static UsagePage Page(AskedUsage asked, ILookup<long, UsageRow> rows)
    {
        var (first, seconds) = (asked.Query.Start.ToUnixTimeSeconds(), Seconds(asked.Query.Width));
        var next = first + (asked.Buckets * seconds);
        return new UsagePage
        {
            Data = [.. Enumerable.Range(0, asked.Buckets).Select(i => first + (i * seconds)).Select(start => new UsageBucket
            {
                StartTime = start,
                EndTime = start + seconds,
                Results = [.. rows[start].Select(row => Describe(row, asked.ByBatch))],
            })],
            HasMore = next < asked.End,
            NextPage = next < asked.End ? $"{PagePrefix}{next:x}" : null,
        };
    }

    private static CompletionsUsage Describe(UsageRow row, bool byBatch) => new()
    {
        InputTokens = row.InputTokens,
        OutputTokens = row.OutputTokens,
        NumModelRequests = row.Requests,
        InputCachedTokens = row.CachedTokens,
        InputUncachedTokens = row.InputTokens - row.CachedTokens,
        ProjectId = row.ProjectId,
        UserId = row.UserId,
        ApiKeyId = row.KeyId,
        Model = row.Model,
        Batch = byBatch ? false : null,
        ServiceTier = row.ServiceTier,
    };

    private static bool TryReadPage(string page, ref long start) =>
        page.StartsWith(PagePrefix, StringComparison.Ordinal) && page.Length < 16
        && long.TryParse(page.AsSpan(PagePrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out start);

    private static long Seconds(BucketWidth width) => width switch { BucketWidth.Minute => 60, BucketWidth.Hour => 3600, _ => 86400 };
}

/// <summary>One page of a usage query.</summary>
/// <param name="Buckets">How many the page holds.</param>
/// <param name="End">Of the whole query, Unix seconds, exclusive.</param>
internal sealed record AskedUsage(UsageQuery Query, int Buckets, long End, bool ByBatch, bool BatchesOnly);
