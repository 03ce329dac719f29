using System.Text;
using Npgsql;
using Platform.Eventing.Content;

namespace Platform.Eventing.Answers;

/// <summary>Keeps answers for whoever asks for them again; what is saved can be read at once, from any replica.</summary>
public sealed class StoredAnswers(NpgsqlDataSource database)
{
    private const string Fields = "id, kind, project_id, model, created_at, previous, metadata::text, body, deltas";

    /// <summary>The answer with what was said in it, all or nothing. Does nothing when it is there.</summary>
    public async Task Save(StoredAnswer answer, IReadOnlyList<StoredItem> items, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        foreach (var command in Inserts(answer, items)) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<StoredAnswer?> Find(string projectId, string kind, string id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select {Fields} from {AnswerTables.Answers} where id = $1 and project_id = $2 and kind = $3");
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = id }, new() { Value = projectId }, new() { Value = kind }]);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Answer(row) : null;
    }

    public async Task<IReadOnlyList<StoredAnswer>> List(AnswerQuery query, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand();
        var sql = new StringBuilder($"select {Fields} from {AnswerTables.Answers} where project_id = {Parameter(query.ProjectId)} and kind = {Parameter(query.Kind)}");
        if (query.Model is { } model) sql.Append($" and model = {Parameter(model)}");
        foreach (var (key, value) in query.Metadata) sql.Append($" and metadata ->> {Parameter(key)} = {Parameter(value)}");
        var (order, beyond) = query.Descending ? ("desc", "<") : ("asc", ">");
        if (query.After is { } after) sql.Append($" and (created_at, id) {beyond} (select created_at, id from {AnswerTables.Answers} where id = {Parameter(after)})");
        sql.Append($" order by created_at {order}, id {order} limit {query.Limit}");
        command.CommandText = sql.ToString();
        var answers = new List<StoredAnswer>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) answers.Add(Answer(row));
        return answers;

        string Parameter(object value)
        {
            command.Parameters.Add(new() { Value = value });
            return $"${command.Parameters.Count}";
        }
    }

    /// <summary>Writes an answer that was <see cref="StoredAnswer.UnwrittenChat"/>, all or nothing. Does nothing when another has.</summary>
    public async Task Write(StoredAnswer answer, IReadOnlyList<StoredItem> items, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command($"update {AnswerTables.Answers} set kind = $2, metadata = $3::jsonb, body = $4 where id = $1 and kind = '{StoredAnswer.UnwrittenChat}'", answer.Id, answer.Kind, answer.Metadata, answer.Body));
        if (items.Count > 0) batch.BatchCommands.Add(Items(answer, items));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Puts a new object and new metadata in the place of the old.</summary>
    public async Task Change(StoredAnswer answer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"update {AnswerTables.Answers} set metadata = $2::jsonb, body = $3 where id = $1");
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = answer.Id }, new() { Value = answer.Metadata }, new() { Value = answer.Body }]);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Erases the answer and all that was said in it; the figures stay. False where there is none.</summary>
    public async Task<bool> Delete(string projectId, string kind, string id, CancellationToken cancellation)
    {
        if (await Find(projectId, kind, id, cancellation) is null) return false;
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command($"delete from {AnswerTables.Answers} where id = $1", id));
        batch.BatchCommands.Add(Command($"delete from {AnswerTables.Items} where owner = $1", id));
        batch.BatchCommands.Add(Command($"delete from {ContentTable.Name} where generation_id = $1", id));
        await batch.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    /// <summary>What an answer went on from and what it was given, in the order it was said; null where the chain is broken.</summary>
    /// <param name="withOutput">What it answered, too: the context of whoever goes on from it.</param>
    public async Task<IReadOnlyList<StoredItem>?> Context(string projectId, string id, bool withOutput, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            with recursive chain (id, previous, depth) as (
                select id, previous, 0 from {AnswerTables.Answers} where id = $1 and project_id = $2
                union all
                select a.id, a.previous, depth + 1 from chain join {AnswerTables.Answers} a on a.id = chain.previous and a.project_id = $2)
            select chain.depth, chain.previous, i.id, i.type, i.is_output, i.body
            from chain left join {AnswerTables.Items} i on i.owner = chain.id and (chain.depth > 0 or $3 or not i.is_output)
            order by chain.depth desc, i.position
            """);
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = id }, new() { Value = projectId }, new() { Value = withOutput }]);
        var items = new List<StoredItem>();
        bool? isWhole = null;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            isWhole ??= row.IsDBNull(1); // the deepest comes first
            if (!row.IsDBNull(2)) items.Add(Item(row, 2));
        }

        return isWhole is true ? items : null;
    }

    /// <summary>What an answer or a conversation holds, in its order.</summary>
    public async Task<IReadOnlyList<StoredItem>> Items(string owner, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select id, type, is_output, body from {AnswerTables.Items} where owner = $1 order by position");
        command.Parameters.Add(new() { Value = owner });
        var items = new List<StoredItem>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) items.Add(Item(row, 0));
        return items;
    }

    /// <summary>An item by its id, wherever in the project it was said.</summary>
    public async Task<StoredItem?> Item(string projectId, string itemId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select id, type, is_output, body from {AnswerTables.Items} where id = $1 and project_id = $2 limit 1");
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = itemId }, new() { Value = projectId }]);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Item(row, 0) : null;
    }

    internal static IEnumerable<NpgsqlBatchCommand> Inserts(StoredAnswer answer, IReadOnlyList<StoredItem> items)
    {
        yield return Command(
            $"insert into {AnswerTables.Answers} (id, kind, project_id, model, created_at, previous, metadata, body, deltas) values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9) on conflict do nothing",
            answer.Id, answer.Kind, answer.ProjectId, answer.Model, answer.CreatedAt.ToUniversalTime(), (object?)answer.Previous ?? DBNull.Value, answer.Metadata, answer.Body, DeltaEncoding.Encode([.. answer.Deltas]));
        if (items.Count > 0) yield return Items(answer, items);
    }

    private static NpgsqlBatchCommand Items(StoredAnswer answer, IReadOnlyList<StoredItem> items) =>
        Command(AnswerTables.Insert("$1", "$2, $3, $4, $5, $6, $7"), AnswerTables.Columns(answer.Id, answer.ProjectId, 0, items));

    internal static NpgsqlBatchCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }

    private static StoredItem Item(NpgsqlDataReader row, int first) =>
        new(row.GetString(first), row.GetString(first + 1), row.GetBoolean(first + 2), Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(first + 3)));

    private static StoredAnswer Answer(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6),
        row.GetFieldValue<byte[]>(7), DeltaEncoding.Decode(row.GetFieldValue<byte[]>(8)));
}
