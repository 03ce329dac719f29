using Marten;
using Marten.Services;
using Npgsql;
using Platform.Eventing.Answers;
using Platform.Eventing.Content;
using Platform.Eventing.Database;

namespace Platform.Eventing.Background;

/// <summary>
/// Responses in the background: an event stream each tells what became of it, and a row while it is not ended holds the lease of whoever runs it.
/// A write under a lost lease changes nothing, so nothing ends twice.
/// </summary>
public sealed class BackgroundStore(IDocumentStore store, NpgsqlDataSource database)
{
    private const string Table = $"{LedgerSchema.Name}.background_responses";

    internal async Task Create(CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"""
            create table if not exists {Table} (
                id          text primary key,
                project_id  text not null,
                key_id      text not null,
                request     bytea not null,
                attempt     int not null,
                lease_until timestamptz not null
            )
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Returns when it is sure to be run.</summary>
    public Task Request(StoredAnswer queued, IReadOnlyList<StoredItem> items, string keyId, byte[] request, CancellationToken cancellation) => InTransaction(async (connection, session) =>
    {
        foreach (var command in StoredAnswers.Inserts(queued, items)) await Execute(connection, command, cancellation);
        await Execute(connection, $"insert into {Table} values ($1, $2, $3, $4, 0, now())", cancellation, queued.Id, queued.ProjectId, keyId, request);
        session.Events.Append(Stream(queued.Id), new ResponseRequested(queued.ProjectId, keyId, queued.Model, queued.CreatedAt));
        return true;
    }, cancellation);

    /// <summary>Takes on what nobody runs; null: there is nothing.</summary>
    public async Task<BackgroundWork?> Claim(string owner, TimeSpan lease, CancellationToken cancellation)
    {
        BackgroundWork? work = null;
        await InTransaction(async (connection, session) =>
        {
            await using var take = new NpgsqlCommand($"""
                update {Table} set attempt = attempt + 1, lease_until = now() + $1
                where id = (select id from {Table} where lease_until <= now() order by lease_until limit 1 for update skip locked)
                returning id, project_id, key_id, request, attempt
                """, connection) { Parameters = { new() { Value = lease } } };
            await using (var row = await take.ExecuteReaderAsync(cancellation))
            {
                if (!await row.ReadAsync(cancellation)) return false;
                work = new BackgroundWork(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetInt32(4));
            }

            session.Events.Append(Stream(work.Id), new ResponseClaimed(owner, work.Attempt));
            return true;
        }, cancellation);
        return work;
    }

    /// <summary>Shows how far it is and renews the lease. False: it was cancelled, or another has it.</summary>
    public async Task<bool> Progress(BackgroundWork work, byte[] body, IReadOnlyList<int> deltas, TimeSpan lease, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            with held as (update {Table} set lease_until = now() + $3 where id = $1 and attempt = $2 returning id)
            update {AnswerTables.Answers} set body = $4, deltas = $5 where id = (select id from held)
            """);
        foreach (var value in (object[])[work.Id, work.Attempt, lease, body, DeltaEncoding.Encode([.. deltas])]) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Lets another try it after this time.</summary>
    public async Task Release(BackgroundWork work, TimeSpan after, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"update {Table} set lease_until = now() + $3 where id = $1 and attempt = $2");
        foreach (var value in (object[])[work.Id, work.Attempt, after]) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>False: it had ended before, or another has it; nothing was changed.</summary>
    /// <param name="first">Position of the first of the output's items.</param>
    public Task<bool> End(BackgroundWork work, string status, byte[] body, IReadOnlyList<int> deltas, int first, IReadOnlyList<StoredItem> output, CancellationToken cancellation) =>
        InTransaction(async (connection, session) =>
        {
            if (await Execute(connection, $"delete from {Table} where id = $1 and attempt = $2", cancellation, work.Id, work.Attempt) == 0) return false;
            await Execute(connection, $"update {AnswerTables.Answers} set body = $2, deltas = $3 where id = $1", cancellation, work.Id, body, DeltaEncoding.Encode([.. deltas]));
            AnswerTables.Add(session, work.Id, work.ProjectId, first, output);
            session.Events.Append(Stream(work.Id), new ResponseEnded(status));
            return true;
        }, cancellation);

    /// <summary>False: it has ended.</summary>
    /// <param name="body">The response as it is once cancelled.</param>
    public Task<bool> Cancel(string id, byte[] body, CancellationToken cancellation) => InTransaction(async (connection, session) =>
    {
        if (await Execute(connection, $"delete from {Table} where id = $1", cancellation, id) == 0) return false;
        await Execute(connection, $"update {AnswerTables.Answers} set body = $2 where id = $1", cancellation, id, body);
        session.Events.Append(Stream(id), new ResponseEnded("cancelled"));
        return true;
    }, cancellation);

    private static string Stream(string id) => $"{id}/background";

    private async Task<bool> InTransaction(Func<NpgsqlConnection, IDocumentSession, Task<bool>> work, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        if (!await work(connection, session)) return false;
        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static Task<int> Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] parameters) =>
        Execute(connection, StoredAnswers.Command(sql, parameters), cancellation);

    private static async Task<int> Execute(NpgsqlConnection connection, NpgsqlBatchCommand one, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { one } };
        return await batch.ExecuteNonQueryAsync(cancellation);
    }
}
