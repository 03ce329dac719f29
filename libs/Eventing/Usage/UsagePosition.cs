using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Usage;

/// <param name="Rollup">Last event the cubes hold.</param>
/// <param name="Head">Last event there is.</param>
internal readonly record struct UsagePosition(long Rollup, long Head)
{
    public static async Task<UsagePosition> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select coalesce((select last_seq_id from {LedgerSchema.Name}.mt_event_progression where name = $1), 0),
                coalesce((select max(seq_id) from {LedgerSchema.Name}.mt_events), 0)
            """, connection) { Parameters = { new() { Value = UsageRollupProjection.Shard } } };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new(row.GetInt64(0), row.GetInt64(1));
    }
}
