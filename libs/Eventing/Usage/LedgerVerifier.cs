using System.Data;
using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Usage;

/// <summary>Counts the events again and compares every cell of every cube.</summary>
public sealed class LedgerVerifier(NpgsqlDataSource database)
{
    /// <summary>Differences named one by one at most; a report with so many is long enough.</summary>
    private const int MostDifferences = 1000;

    private static readonly string Events = $"""
        select (f ->> 'finished_at')::timestamptz as finished_at, f ->> 'project_id' as project_id, f ->> 'key_id' as key_id, f ->> 'user_id' as user_id,
            f ->> 'model' as model, f ->> 'service_tier' as service_tier, f ->> 'kind' as kind,
            1 as requests, (type in ('generation_failed', 'video_failed'))::int as failed,
            (type in ('generation_cancelled', 'video_cancelled'))::int as cancelled,
            (f ->> 'prompt_tokens')::bigint as input_tokens, (f ->> 'cached_tokens')::bigint as cached_tokens,
            (f ->> 'completion_tokens')::bigint as output_tokens, (f ->> 'cost_micros')::bigint as cost_micros,
            coalesce((f ->> 'video_frames')::bigint, 0) as video_frames, coalesce((f ->> 'video_millis')::bigint, 0) as video_millis
        from (select type, data -> 'figures' as f from {LedgerSchema.Name}.mt_events
            where type in ('generation_completed', 'generation_failed', 'generation_cancelled', 'video_completed', 'video_failed', 'video_cancelled') and seq_id <= $1) as event
        """;

    /// <summary>Of the events the rollup has seen; those above its position are still to come.</summary>
    public async Task<LedgerReport> Verify(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (sequence, head) = await UsagePosition.Read(connection, cancellation);
        var differences = new List<UsageDifference>();
        var total = default(UsageSums);
        foreach (var width in UsageTables.Widths)
        {
            await using var command = new NpgsqlCommand(Comparison(width), connection) { Parameters = { new() { Value = sequence } }, CommandTimeout = 0 };
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                var (counted, stored) = (Sums(rows, 7), Sums(rows, 7 + UsageTables.Sums.Count));
                if (width == BucketWidth.Day) total += counted;
                if (counted == stored || differences.Count == MostDifferences) continue;
                differences.Add(new UsageDifference(
                    width, rows.GetFieldValue<DateTimeOffset>(0),
                    rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetString(5), rows.GetString(6),
                    counted, stored));
            }
        }

        return new LedgerReport(sequence, head, total, differences);
    }

    private static string Comparison(BucketWidth width)
    {
        var cell = $"bucket, {string.Join(", ", UsageTables.Dimensions)}";
        string From(string side) => string.Join(", ", UsageTables.Sums.Select(sum => $"coalesce({side}.{sum}, 0)"));
        var sums = string.Join(", ", UsageTables.Sums.Select(sum => $"sum({sum})::bigint as {sum}"));
        return $"""
            with counted as (
                select date_trunc('{UsageTables.Unit(width)}', finished_at, 'UTC') as {cell}, {sums}
                from ({Events}) as event group by 1, 2, 3, 4, 5, 6, 7)
            select {cell}, {From("counted")}, {From("stored")}
            from counted full join {UsageTables.Name(width)} as stored using ({cell}) order by {cell}
            """;
    }

    private static UsageSums Sums(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2),
        row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5), row.GetInt64(first + 6),
        row.GetInt64(first + 7), row.GetInt64(first + 8));
}

/// <param name="Sequence">Events up to this one were compared.</param>
/// <param name="Head">The newest event; the rollup is still to count what lies between.</param>
/// <param name="Total">What the events add up to.</param>
public sealed record LedgerReport(long Sequence, long Head, UsageSums Total, IReadOnlyList<UsageDifference> Differences)
{
    public bool Agrees => Differences.Count == 0;
}

public sealed record UsageDifference(
    BucketWidth Width, DateTimeOffset Bucket, string ProjectId, string KeyId, string UserId, string Model, string ServiceTier, string Kind,
    UsageSums Events, UsageSums Cubes);
