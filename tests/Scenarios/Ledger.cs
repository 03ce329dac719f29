using Npgsql;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests;

/// <summary>Counts the events themselves, past everything the platform makes of them.</summary>
internal static class Ledger
{
    private const string Ended = "select type, data -> 'figures' ->> 'generation_id', (data -> 'figures' ->> 'prompt_tokens')::bigint, (data -> 'figures' ->> 'completion_tokens')::bigint, "
        + "(data -> 'figures' ->> 'cached_tokens')::bigint, data -> 'figures' ->> 'model', data -> 'figures' ->> 'project_id', data -> 'figures' ->> 'key_id', "
        + "(data -> 'figures' ->> 'started_at')::timestamptz, (data -> 'figures' ->> 'finished_at')::timestamptz from ledger.mt_events where type like 'generation_%'";

    /// <summary>Waits for the event of one generation.</summary>
    public static async Task<RecordedGeneration> Generation(PlatformFixture platform, string id) =>
        (await Eventually.Holds(() => Read(platform.ConnectionString, $"{Ended} and stream_id = '{id}'"), found => found.Count == 1))[0];

    public static Task<List<RecordedGeneration>> All(PlatformFixture platform) => All(platform.ConnectionString);

    public static Task<List<RecordedGeneration>> All(string connectionString) => Read(connectionString, Ended);

    private static async Task<List<RecordedGeneration>> Read(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<RecordedGeneration>();
        while (await rows.ReadAsync())
        {
            found.Add(new(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), (int)rows.GetInt64(3), rows.GetInt64(4), rows.GetString(5), rows.GetString(6), rows.GetString(7), rows.GetDateTime(8), rows.GetDateTime(9)));
        }

        return found;
    }
}

internal sealed record RecordedGeneration(
    string Type, string Id, long PromptTokens, int CompletionTokens, long CachedTokens, string Model, string ProjectId, string KeyId, DateTime StartedAt, DateTime FinishedAt)
{
    public long Tokens => PromptTokens + CompletionTokens;
}
