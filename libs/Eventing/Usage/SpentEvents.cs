using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Usage;

/// <summary>What single generations have spent, by the sequence numbers of their events.</summary>
public sealed class SpentEvents(NpgsqlDataSource database)
{
    internal const string Select = $"""
        select seq_id, stream_id, data -> 'figures' ->> 'project_id', data -> 'figures' ->> 'key_id', data -> 'figures' ->> 'model',
        coalesce((data -> 'figures' ->> 'prompt_tokens')::bigint, 0) + coalesce((data -> 'figures' ->> 'completion_tokens')::bigint, 0) + coalesce((data -> 'figures' ->> 'video_frames')::bigint, 0),
        coalesce((data -> 'figures' ->> 'cost_micros')::bigint, 0), (data -> 'figures' ->> 'finished_at')::timestamptz
        from {LedgerSchema.Name}.mt_events
        """;

    /// <summary>The newest events, of all projects.</summary>
    public async Task<IReadOnlyList<SpentEvent>> Newest(int events, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"{Select} where seq_id > (select coalesce(max(seq_id), 0) from {LedgerSchema.Name}.mt_events) - $1 and data ? 'figures'");
        command.Parameters.Add(new() { Value = (long)events });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await Read(reader, cancellation);
    }

    internal static async Task<IReadOnlyList<SpentEvent>> Read(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var events = new List<SpentEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            events.Add(new(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return events;
    }
}

/// <param name="Tokens">Input and output; a frame of video counts as one.</param>
public readonly record struct SpentEvent(long Sequence, string GenerationId, string ProjectId, string KeyId, string Model, long Tokens, long CostMicros, DateTimeOffset FinishedAt);
