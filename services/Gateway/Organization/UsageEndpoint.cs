using System.Text.Json.Serialization.Metadata;
using Platform.Eventing;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>GET /v1/organization/usage/…</c>: buckets of the rollup, the empty ones included.</summary>
internal static class UsageEndpoint
{
    private static readonly UsageOf Completions = new(["chat", "completion", "response", "message"], ["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"]);
    private static readonly UsageOf Embeddings = new(["embedding", "rerank"], ["project_id", "user_id", "api_key_id", "model"]);
    private static readonly UsageOf Videos = new(["video"], ["project_id", "user_id", "api_key_id", "model"]);

    public static void MapUsage(this IEndpointRouteBuilder organization)
    {
        organization.MapGet("/usage/completions", (HttpRequest request, UsageReader usage, TimeProvider clock, CancellationToken cancellation) =>
            Answer(Read(request.Query, clock.GetUtcNow()), usage, Describe, WireJson.Wire.UsagePageCompletionsUsage, cancellation))
            .WithSummary("Tokens and requests of chat and text completions, in buckets of time.").Produces<UsagePage<CompletionsUsage>>();
        organization.MapGet("/usage/embeddings", (HttpRequest request, UsageReader usage, TimeProvider clock, CancellationToken cancellation) =>
            Answer(Read(request.Query, clock.GetUtcNow(), Embeddings), usage, DescribeEmbeddings, WireJson.Wire.UsagePageEmbeddingsUsage, cancellation))
            .WithSummary("Tokens and requests of embeddings and reranking, in buckets of time.").Produces<UsagePage<EmbeddingsUsage>>();
        organization.MapGet("/usage/videos", (HttpRequest request, UsageReader usage, TimeProvider clock, CancellationToken cancellation) =>
            Answer(Read(request.Query, clock.GetUtcNow(), Videos), usage, DescribeVideos, WireJson.Wire.UsagePageVideosUsage, cancellation))
            .WithSummary("Seconds, frames and requests of videos, in buckets of time.").Produces<UsagePage<VideosUsage>>();
    }

    private static async Task<IResult> Answer<TResult>(
        ApiResult<AskedUsage> query, UsageReader usage, Func<UsageRow, bool, TResult> describe, JsonTypeInfo<UsagePage<TResult>> json, CancellationToken cancellation)
    {
        if (query.Refused(out var error, out var asked)) return new Refusal(error);
        var rows = asked.BatchesOnly ? [] : await usage.Read(asked.Query, cancellation);
        return Results.Json(UsagePages.Of(asked, rows, row => describe(row, asked.ByBatch)), json);
    }

    internal static ApiResult<AskedUsage> Read(IQueryCollection query, DateTimeOffset now) => Read(query, now, Completions);

    private static ApiResult<AskedUsage> Read(IQueryCollection query, DateTimeOffset now, UsageOf wanted)
    {
        var reader = new QueryReader(query);
        var (width, fewest, most) = reader.OneOf("bucket_width", "1m", "1h", "1d") switch
        {
            "1m" => (BucketWidth.Minute, 60, 1440),
            "1h" => (BucketWidth.Hour, 24, 168),
            _ => (BucketWidth.Day, 7, 31),
        };
        var span = UsagePages.Span(reader, now, fewest, most);
        var groups = reader.ListOf("group_by", wanted.Groups);
        var batch = reader.Boolean("batch");
        if (reader.Error is { } error) return error;

        var (first, last, count) = span.Buckets(width);
        var rollup = new UsageQuery(first, last, width)
        {
            Kinds = wanted.Kinds,
            Projects = reader.List("project_ids"),
            Users = reader.List("user_ids"),
            Keys = reader.List("api_key_ids"),
            Models = reader.List("models"),
            GroupBy = [.. groups.Where(group => group != "batch")],
        };
        return new AskedUsage(rollup, count, End: span.End, ByBatch: groups.Contains("batch"), BatchesOnly: batch == true);
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

    private static EmbeddingsUsage DescribeEmbeddings(UsageRow row, bool byBatch) => new()
    {
        InputTokens = row.InputTokens,
        NumModelRequests = row.Requests,
        ProjectId = row.ProjectId,
        UserId = row.UserId,
        ApiKeyId = row.KeyId,
        Model = row.Model,
    };

    private static VideosUsage DescribeVideos(UsageRow row, bool byBatch) => new()
    {
        Seconds = row.VideoMillis / 1000m,
        Frames = row.VideoFrames,
        NumModelRequests = row.Requests,
        ProjectId = row.ProjectId,
        UserId = row.UserId,
        ApiKeyId = row.KeyId,
        Model = row.Model,
    };
}

/// <summary>What an endpoint tells the usage of.</summary>
/// <param name="Kinds">Of generations.</param>
/// <param name="Groups">What it can be grouped by.</param>
internal sealed record UsageOf(IReadOnlyList<string> Kinds, string[] Groups);

/// <summary>One page of a usage query.</summary>
/// <param name="Buckets">How many the page holds.</param>
/// <param name="End">Of the whole query, Unix seconds, exclusive.</param>
internal sealed record AskedUsage(UsageQuery Query, int Buckets, long End, bool ByBatch, bool BatchesOnly);
