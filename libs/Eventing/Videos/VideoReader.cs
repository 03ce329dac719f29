using Npgsql;
using Platform.Blobs;

namespace Platform.Eventing.Videos;

/// <summary>Reads video jobs.</summary>
public sealed class VideoReader(NpgsqlDataSource database)
{
    /// <param name="projectId">Others' videos are not found; null: whoever's.</param>
    public Task<VideoJob?> Find(string? projectId, string id, CancellationToken cancellation) =>
        First("where id = $1 and ($2::text is null or project_id = $2)", cancellation, id, projectId);

    public Task<VideoJob?> FindByIdempotencyKey(string projectId, string key, CancellationToken cancellation) =>
        First("where project_id = $1 and idempotency_key = $2", cancellation, projectId, key);

    /// <param name="after">Id the page begins after; null: from the beginning.</param>
    public Task<IReadOnlyList<VideoJob>> List(string projectId, string? after, int limit, bool ascending, CancellationToken cancellation) =>
        Read($"where project_id = $1 and ($2::text is null or id {(ascending ? '>' : '<')} $2) order by id {(ascending ? "asc" : "desc")} limit $3", cancellation, projectId, after, limit);

    /// <summary>The job a free worker should take next: a queued one or one whose lease has lapsed, of the project with the fewest running, the oldest first.</summary>
    public Task<VideoJob?> Next(string model, CancellationToken cancellation) => First($"""
        where model = $1 and (status = 'queued' or (status = 'in_progress' and lease_until < now()))
        order by (select count(*) from {VideoTable.Name} as running where running.project_id = {VideoTable.Name}.project_id and running.status = 'in_progress' and running.lease_until >= now()), id
        limit 1
        """, cancellation, model);

    /// <summary>Jobs of the model that wait.</summary>
    /// <param name="before">Only those older than this one; null: all.</param>
    public async Task<int> Waiting(string model, string? before, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select count(*) from {VideoTable.Name} where model = $1 and status = 'queued' and ($2::text is null or id < $2)");
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return (int)(long)(await command.ExecuteScalarAsync(cancellation))!; // a count is never null
    }

    /// <summary>The job that has this blob as its clip, thumbnail or spritesheet.</summary>
    public async Task<VideoJob?> FindByBlob(string blob, CancellationToken cancellation) =>
        (await Read("where blobs @> array[$1] and clip is not null", cancellation, blob)).FirstOrDefault(job => job.Clip is { } clip && (clip.Video == blob || clip.Thumbnail == blob || clip.Spritesheet == blob));

    private static async Task<bool> IsReferenced(NpgsqlConnection connection, string blob, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select exists (select from {VideoTable.Name} where blobs @> array[$1])", connection);
        command.Parameters.Add(new() { Value = blob });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!; // exists is never null
    }

    /// <summary>Deletes those of the blobs that no job refers to.</summary>
    public async Task EraseUnreferenced(IEnumerable<string> ids, IBlobStore blobs, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await BlobLock.Own(connection, id, cancellation);
            if (!await IsReferenced(connection, id, cancellation)) await blobs.Delete(BlobId.Parse(id), cancellation);
        }
    }

    /// <summary>Jobs that are not over.</summary>
    public Task<IReadOnlyList<VideoJob>> Undone(CancellationToken cancellation) => Read("where status in ('queued', 'in_progress')", cancellation);

    /// <summary>Jobs that stand still: queued without a worker, or with a lapsed lease, and not told of to a worker for a while. Marks them as told of.</summary>
    public async Task<IReadOnlyList<(string Id, string Model)>> TakeStranded(TimeSpan patience, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            update {VideoTable.Name} set sent_at = now()
            where (status = 'queued' or (status = 'in_progress' and lease_until < now())) and sent_at < now() - $1
            returning id, model
            """);
        command.Parameters.Add(new() { Value = patience });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var stranded = new List<(string, string)>();
        while (await rows.ReadAsync(cancellation)) stranded.Add((rows.GetString(0), rows.GetString(1)));
        return stranded;
    }

    public Task<IReadOnlyList<VideoJob>> Expired(int limit, CancellationToken cancellation) => Read("where expires_at < now() order by expires_at limit $1", cancellation, limit);

    private async Task<VideoJob?> First(string rest, CancellationToken cancellation, params object?[] parameters) =>
        await Read(rest, cancellation, parameters) is [var first, ..] ? first : null;

    private async Task<IReadOnlyList<VideoJob>> Read(string rest, CancellationToken cancellation, params object?[] parameters)
    {
        await using var command = database.CreateCommand($"select {VideoTable.Columns} from {VideoTable.Name} {rest}");
        foreach (var value in parameters)
        {
            command.Parameters.Add(value is int ? new() { Value = value } : new() { Value = value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var jobs = new List<VideoJob>();
        while (await rows.ReadAsync(cancellation)) jobs.Add(VideoTable.Read(rows));
        return jobs;
    }
}
