using Platform.Catalog;
using Platform.Eventing;
using Platform.Grains.Pools;

namespace Platform.WebConsole.State;

/// <summary>Gathers what the page shows.</summary>
internal sealed class StateReader(ModelCatalog catalog, IGrainFactory grains, UsageReader usage)
{
    /// <summary>As the page calls them, and what the ledger records under each.</summary>
    private static readonly (string Name, string[] Recorded)[] Kinds =
        [("chat", ["chat", "completion", "response", "message"]), ("embedding", ["embedding"]), ("rerank", ["rerank"]), ("video", ["video"])];

    public async Task<PlatformState> Read(string projectId, CancellationToken cancellation)
    {
        var models = await Task.WhenAll(catalog.Models.Select(ReadModel));
        var now = DateTimeOffset.UtcNow;
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var day = new UsageQuery(today, today.AddDays(1), BucketWidth.Hour) { Projects = [projectId] };
        var rows = await usage.Read(day, cancellation);
        var kinds = await Task.WhenAll(Kinds.Select(async kind => ReadKind(kind.Name, await usage.Read(day with { Kinds = kind.Recorded }, cancellation))));
        var hours = new HourUsage[24];
        for (var hour = 0; hour < hours.Length; hour++)
        {
            var of = rows.Where(r => r.Bucket.UtcDateTime.Hour == hour).ToList();
            hours[hour] = new(hour, of.Sum(r => r.Requests), of.Sum(r => r.InputTokens), of.Sum(r => r.OutputTokens));
        }
        return new(models, new(rows.Sum(r => r.Requests), rows.Sum(r => r.InputTokens), rows.Sum(r => r.CachedTokens), rows.Sum(r => r.OutputTokens), rows.Sum(r => r.CostMicros) / 1e6m, now.Hour, hours, [.. kinds.Where(kind => kind.Requests > 0)]));
    }

    private static KindUsage ReadKind(string kind, IReadOnlyList<UsageRow> rows) => new(kind, rows.Sum(r => r.Requests), rows.Sum(r => r.InputTokens + r.OutputTokens));

    private async Task<ModelState> ReadModel(CatalogModel model)
    {
        var kind = model.Kind.ToString().ToLowerInvariant();
        var pool = await grains.GetGrain<IPool>(model.Id).Read();
        return new(model.Id, kind, model.Aliases, model.License, model.ContextLength, pool.Workers.Count, pool.Workers.Sum(w => w.Slots), pool.Workers.Sum(w => w.Busy), pool.Waiting);
    }
}

internal sealed record PlatformState(IReadOnlyList<ModelState> Models, TodayUsage Today);

internal sealed record ModelState(string Id, string Kind, IReadOnlyList<string> Aliases, string License, int ContextLength, int Workers, int Slots, int Busy, int Waiting);

internal sealed record TodayUsage(long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost, int Hour, IReadOnlyList<HourUsage> Hours, IReadOnlyList<KindUsage> Kinds);

internal sealed record KindUsage(string Kind, long Requests, long Tokens);

/// <param name="Hour">Of the day, UTC.</param>
internal sealed record HourUsage(int Hour, long Requests, long InputTokens, long OutputTokens);
