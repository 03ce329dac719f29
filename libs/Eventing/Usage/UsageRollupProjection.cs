using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Platform.Eventing.Generations;

namespace Platform.Eventing.Usage;

/// <summary>
/// Folds a page of events in memory and adds it to each cube with one statement. The sums are additive, so a page must count exactly once:
/// Marten commits it together with the projection's progress.
/// </summary>
internal sealed class UsageRollupProjection : IProjection
{
    public const string Name = "usage_rollup";

    /// <summary>Its row in Marten's table of progress.</summary>
    public const string Shard = $"{Name}:All";

    private static readonly IReadOnlyList<(BucketWidth Width, string Upsert)> Cubes = [.. UsageTables.Widths.Select(width => (width, Upsert(width)))];

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (var (width, upsert) in Cubes)
        {
            var cells = new Dictionary<UsageCell, UsageSums>();
            foreach (var e in events)
            {
                if (e.Data is not GenerationEnded ended) continue;
                var cell = UsageCell.Of(ended.Figures, width);
                cells[cell] = cells.GetValueOrDefault(cell) + UsageSums.Of(ended);
            }

            if (cells.Count > 0) operations.QueueSqlCommand(upsert, Columns([.. cells]));
        }

        return Task.CompletedTask;
    }

    /// <summary>In the order of the tables' columns.</summary>
    private static object[] Columns(KeyValuePair<UsageCell, UsageSums>[] cells)
    {
        T[] Column<T>(Func<UsageCell, UsageSums, T> value) => Array.ConvertAll(cells, cell => value(cell.Key, cell.Value));
        return
        [
            Column((c, _) => c.Bucket), Column((c, _) => c.ProjectId), Column((c, _) => c.KeyId), Column((c, _) => c.UserId),
            Column((c, _) => c.Model), Column((c, _) => c.ServiceTier), Column((c, _) => c.Kind),
            Column((_, s) => s.Requests), Column((_, s) => s.Failed), Column((_, s) => s.Cancelled),
            Column((_, s) => s.InputTokens), Column((_, s) => s.CachedTokens), Column((_, s) => s.OutputTokens), Column((_, s) => s.CostMicros),
            Column((_, s) => s.VideoFrames), Column((_, s) => s.VideoMillis),
        ];
    }

    private static string Upsert(BucketWidth width)
    {
        string[] columns = ["bucket", .. UsageTables.Dimensions, .. UsageTables.Sums];
        return $"insert into {UsageTables.Name(width)} as cube ({string.Join(", ", columns)}) " +
            $"select * from unnest({string.Join(", ", columns.Select(_ => "?"))}) " +
            $"on conflict (bucket, {string.Join(", ", UsageTables.Dimensions)}) do update set " +
            string.Join(", ", UsageTables.Sums.Select(sum => $"{sum} = cube.{sum} + excluded.{sum}"));
    }
}
