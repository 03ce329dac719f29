using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marten;
using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Content;

/// <summary>Holds what was said, apart from the events: a month is dropped with its partition, a person's words with a delete, and the figures stay.</summary>
public sealed class ContentTable(NpgsqlDataSource database)
{
    internal const string Name = $"{LedgerSchema.Name}.generation_content";
    private readonly ConcurrentDictionary<DateOnly, bool> _months = new();

    internal async Task Create(CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"""
            create table if not exists {Name} (
                generation_id text not null,
                created_at    timestamptz not null,
                project_id    text not null,
                request       bytea not null,
                outputs       bytea[] not null,
                tokens        bytea[] not null,
                micros        bytea[] not null,
                primary key (generation_id, created_at)
            ) partition by range (created_at);
            alter table {Name} add column if not exists text_ends bytea[] not null default array[]::bytea[];
            alter table {Name} add column if not exists logprobs bytea[] not null default array[]::bytea[]
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Makes the partitions of this month and the next, so that no append has to.</summary>
    public async Task PrepareAhead(DateTimeOffset now, CancellationToken cancellation)
    {
        _months.Clear();
        await Prepare([now, now.AddMonths(1)], cancellation);
    }

    internal async ValueTask Prepare(IEnumerable<DateTimeOffset> instants, CancellationToken cancellation)
    {
        foreach (var month in instants.Select(Month).Distinct())
        {
            if (_months.ContainsKey(month)) continue;
            await CreatePartition(month, cancellation);
            _months[month] = true;
        }
    }

    /// <summary>After retention may have dropped a partition that was once prepared.</summary>
    internal void ForgetPartitions() => _months.Clear();

    internal static void Write(IDocumentOperations session, StoredContent row)
    {
        var choices = row.Content.Choices;
        session.QueueSqlCommand(
            $"insert into {Name} (generation_id, created_at, project_id, request, outputs, tokens, micros, text_ends, logprobs) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            row.GenerationId, row.CreatedAt.ToUniversalTime(), row.ProjectId, Encoding.UTF8.GetBytes(row.Content.Request),
            choices.Select(c => Encoding.UTF8.GetBytes(c.Text)).ToArray(),
            choices.Select(c => DeltaEncoding.Encode(c.Tokens)).ToArray(),
            choices.Select(c => DeltaEncoding.Encode(c.Micros)).ToArray(),
            choices.Select(c => DeltaEncoding.Encode(c.TextEnds)).ToArray(),
            choices.Any(c => c.Logprobs.Count > 0) ? choices.Select(c => JsonSerializer.SerializeToUtf8Bytes(c.Logprobs)).ToArray() : Array.Empty<byte[]>());
    }

    /// <summary>Creating the same partition twice at once fails on the catalogue's own keys, so creators take turns.</summary>
    private async Task CreatePartition(DateOnly month, CancellationToken cancellation)
    {
        static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await using var create = database.CreateCommand($"""
            do $$ begin
                perform pg_advisory_xact_lock(hashtext('{Name}'));
                create table if not exists {Name}_{month.ToString("yyyy_MM", CultureInfo.InvariantCulture)} partition of {Name}
                    for values from ('{Iso(month)} 00:00:00+00') to ('{Iso(month.AddMonths(1))} 00:00:00+00');
            end $$
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private static DateOnly Month(DateTimeOffset instant) => new(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1);
}
