using Platform.Eventing;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>GET /v1/organization/costs</c>: what everything cost, day by day, by the prices that held when it was made.</summary>
internal static class CostsEndpoint
{
    private const string Currency = "usd";

    public static void MapCosts(this IEndpointRouteBuilder organization) =>
        organization.MapGet("/costs", Costs).WithSummary("What everything cost, day by day.").Produces<UsagePage<CostResult>>();

    private static async Task<IResult> Costs(HttpRequest request, UsageReader usage, TimeProvider clock, CancellationToken cancellation)
    {
        if (Read(request.Query, clock.GetUtcNow()).Refused(out var error, out var asked)) return new Refusal(error);
        return Results.Json(UsagePages.Of(asked, await usage.Read(asked.Query, cancellation), Describe), WireJson.Wire.UsagePageCostResult);
    }

    internal static ApiResult<AskedUsage> Read(IQueryCollection query, DateTimeOffset now)
    {
        var reader = new QueryReader(query);
        reader.OneOf("bucket_width", "1d");
        var span = UsagePages.Span(reader, now, fewest: 7, most: 180);
        var groups = reader.ListOf("group_by", "project_id", "line_item", "api_key_id");
        if (reader.Error is { } error) return error;

        var (first, last, count) = span.Buckets(BucketWidth.Day);
        var rollup = new UsageQuery(first, last, BucketWidth.Day)
        {
            Projects = reader.List("project_ids"),
            Keys = reader.List("api_key_ids"),
            GroupBy = [.. groups.Select(group => group == "line_item" ? "model" : group)],
        };
        return new AskedUsage(rollup, count, span.End, ByBatch: false, BatchesOnly: false);
    }

    private static CostResult Describe(UsageRow row) => new()
    {
        Amount = new CostAmount(row.CostMicros / 1e6m, Currency),
        LineItem = row.Model,
        ProjectId = row.ProjectId,
        ApiKeyId = row.KeyId,
        Quantity = row.Model is null ? null : row.InputTokens + row.OutputTokens,
        QuantityUnit = row.Model is null ? null : "tokens",
    };
}
