using System.Text;
using Marten;
using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Answers;

/// <summary>Where stored answers lie, and the items of answers and conversations: content, apart from the events, so that it can be erased.</summary>
public sealed class AnswerTables(NpgsqlDataSource database)
{
    internal const string Answers = $"{LedgerSchema.Name}.stored_answers", Items = $"{LedgerSchema.Name}.stored_items";

    internal async Task Create(CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"""
            create table if not exists {Answers} (
                id         text primary key,
                kind       text not null,
                project_id text not null,
                model      text not null,
                created_at timestamptz not null,
                previous   text,
                metadata   jsonb not null,
                body       bytea not null,
                deltas     bytea not null
            );
            create index if not exists stored_answers_list on {Answers} (project_id, kind, created_at, id);
            create table if not exists {Items} (
                owner      text not null,
                position   int not null,
                id         text not null,
                project_id text not null,
                type       text not null,
                is_output  boolean not null,
                body       bytea not null,
                primary key (owner, position)
            );
            create index if not exists stored_items_id on {Items} (id)
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Adds items to what an owner has, in the session's transaction.</summary>
    /// <param name="first">Position of the first of them.</param>
    public static void Add(IDocumentOperations session, string owner, string projectId, int first, IReadOnlyList<StoredItem> items)
    {
        if (items.Count > 0) session.QueueSqlCommand(Insert("?", "?, ?, ?, ?, ?, ?"), Columns(owner, projectId, first, items));
    }

    /// <param name="position">Null: all that the owner has.</param>
    public static void Erase(IDocumentOperations session, string owner, int? position = null)
    {
        if (position is { } one) session.QueueSqlCommand($"delete from {Items} where owner = ? and position = ?", owner, one);
        else session.QueueSqlCommand($"delete from {Items} where owner = ?", owner);
    }

    internal static string Insert(string owner, string columns) =>
        $"insert into {Items} (owner, position, id, project_id, type, is_output, body) select {owner}, * from unnest({columns}) on conflict do nothing";

    internal static object[] Columns(string owner, string projectId, int first, IReadOnlyList<StoredItem> items) =>
    [
        owner, items.Select((_, i) => first + i).ToArray(), items.Select(item => item.Id).ToArray(), items.Select(_ => projectId).ToArray(),
        items.Select(item => item.Type).ToArray(), items.Select(item => item.IsOutput).ToArray(), items.Select(item => Encoding.UTF8.GetBytes(item.Body)).ToArray(),
    ];
}
