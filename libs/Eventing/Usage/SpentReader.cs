using System.Data;
using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Usage;

/// <summary>What a project has spent, as a quota that starts anew needs it: the rollup, its position and what was recorded above it, of one instant.</summary>
public sealed class SpentReader(NpgsqlDataSource database, TimeProvider time)
{
    public async Task<Spent> ReadAsync(string projectId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var month = CalendarMonth.Of(now);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var batch = new NpgsqlBatch(connection, snapshot)
        {
            BatchCommands =
            {
                new($"select coalesce(max(last_seq_id), 0) from {LedgerSchema.Name}.mt_event_progression where name = $1")
                {
                    Parameters = { new() { Value = UsageRollupProjection.Shard } },
                },
                new($"""
                    select key_id, sum(input_tokens + output_tokens + video_frames)::bigint, sum(cost_micros)::bigint
                    from {UsageTables.Name(BucketWidth.Day)} where project_id = $1 and bucket >= $2 group by key_id
                    """)
                {
                    Parameters = { new() { Value = projectId }, new() { Value = month } },
                },
                new($"""
                    select key_id, model, sum(requests)::bigint, sum(input_tokens + output_tokens + video_frames)::bigint
                    from {UsageTables.Name(BucketWidth.Minute)} where project_id = $1 and bucket >= $2 group by key_id, model
                    """)
                {
                    Parameters = { new() { Value = projectId }, new() { Value = UsageTables.Bucket(now.AddMinutes(-2), BucketWidth.Minute) } },
                },
                new($"""
                    {SpentEvents.Select} where seq_id > (select coalesce(max(last_seq_id), 0) from {LedgerSchema.Name}.mt_event_progression where name = $2)
                    and data -> 'figures' ->> 'project_id' = $1
                    """)
                {
                    Parameters = { new() { Value = projectId }, new() { Value = UsageRollupProjection.Shard } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var sequence = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        var keys = new List<SpentByKey>();
        while (await reader.ReadAsync(cancellation)) keys.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        await reader.NextResultAsync(cancellation);
        var recent = new List<RecentUse>();
        while (await reader.ReadAsync(cancellation)) recent.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        await reader.NextResultAsync(cancellation);
        return new Spent(sequence, month, keys, recent) { Above = await SpentEvents.Read(reader, cancellation) };
    }
}

/// <param name="Sequence">The rollup holds every event up to this one and none above.</param>
/// <param name="Month">First instant of the month that was read (UTC).</param>
/// <param name="Keys">What each key has spent since then.</param>
/// <param name="Recent">Use in the buckets of at least the last two minutes.</param>
public sealed record Spent(long Sequence, DateTimeOffset Month, IReadOnlyList<SpentByKey> Keys, IReadOnlyList<RecentUse> Recent)
{
    /// <summary>What is recorded but not in the rollup yet.</summary>
    public IReadOnlyList<SpentEvent> Above { get; init; } = [];
}

/// <param name="Tokens">Input and output; a frame of video counts as one.</param>
public readonly record struct SpentByKey(string KeyId, long Tokens, long CostMicros);

public readonly record struct RecentUse(string KeyId, string Model, long Requests, long Tokens);
