using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marten;
using Marten.Services;
using Npgsql;
using Platform.Contracts.Generations;
using Platform.Contracts.Videos;
using Platform.Eventing.Appending;
using Platform.Eventing.Webhooks;

namespace Platform.Eventing.Videos;

/// <summary>
/// Appends to the streams of videos, each append together with the job's row and only at the version its writer knows: of two writers one is refused.
/// Trouble with the database is the caller's to bear or to retry.
/// </summary>
public sealed class VideoJobs(IDocumentStore store, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Makes the job durable. False when its idempotency key has been used before.</summary>
    /// <param name="keep">Puts the job's blobs where they are kept; from then on nobody deletes them.</param>
    public async Task<bool> Request(VideoJob job, Func<Task> keep, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await BlobLock.Share(connection, job.Blobs, cancellation);
        await keep();
        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        if (!await Insert(session, job, cancellation)) return false;
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task<bool> Insert(IDocumentSession session, VideoJob job, CancellationToken cancellation)
    {
        var requested = new VideoRequested
        {
            ProjectId = job.ProjectId,
            KeyId = job.KeyId,
            UserId = job.UserId,
            Model = job.Model,
            RequestedModel = job.RequestedModel,
            ArtifactHash = job.ArtifactHash,
            Task = job.Order.Task.ToString().ToLowerInvariant(),
            PromptSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job.Order.Prompt))),
            Width = job.Order.Width,
            Height = job.Order.Height,
            Frames = job.Order.Frames,
            Fps = job.Order.Fps,
            Steps = job.Order.Steps,
            Seed = job.Order.Seed,
            RequestedAt = job.CreatedAt,
        };
        return await Append(session, job.Id, 0, [requested], session => session.QueueSqlCommand(
            $"""
            insert into {VideoTable.Name} (id, project_id, key_id, user_id, model, requested_model, artifact_hash, status, version, created_at, idempotency_key, request_hash, video_order, blobs)
            values (?, ?, ?, ?, ?, ?, ?, 'queued', 1, ?, nullif(?, ''), ?, ?::jsonb, ?)
            """,
            job.Id, job.ProjectId, job.KeyId, job.UserId, job.Model, job.RequestedModel, job.ArtifactHash, job.CreatedAt.ToUniversalTime(),
            job.IdempotencyKey ?? "", job.RequestHash, JsonSerializer.Serialize(job.Order, VideosJson.Default.VideoOrder), job.Blobs.ToArray()), cancellation) is not null;
    }

    /// <summary>Takes a job for a run of this worker, or over from one whose lease has lapsed. Null when somebody else was quicker.</summary>
    public async Task<VideoJob?> Start(VideoJob job, string worker, TimeSpan lease, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var started = job with { Status = VideoStatus.InProgress, Run = job.Run + 1, Version = job.Version + 1, Worker = worker, StartedAt = job.StartedAt ?? now };
        var appended = await Append(job.Id, job.Version, [new VideoStarted(started.Run, worker, now)], session => session.QueueSqlCommand(
            $"update {VideoTable.Name} set status = 'in_progress', version = ?, run = ?, worker = ?, started_at = coalesce(started_at, ?), lease_until = now() + ? where id = ?",
            started.Version, started.Run, worker, now, lease, job.Id), cancellation);
        return appended is null ? null : started;
    }

    /// <summary>Keeps the lease and tells how far the run is. False when the job is not this run's any more: cancelled, deleted or taken over.</summary>
    public async Task<bool> Renew(VideoJob job, TimeSpan lease, int progress, string? checkpoint, string? preview, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            update {VideoTable.Name} set lease_until = now() + $3, progress = greatest(progress, $4), checkpoint = coalesce($5, checkpoint), preview = coalesce($6, preview),
                blobs = (select coalesce(array_agg(distinct b), array[]::text[]) from unnest($7 || array[coalesce($5, checkpoint), coalesce($6, preview)]) as b where b is not null)
            where id = $1 and run = $2 and status = 'in_progress'
            """);
        command.Parameters.Add(new() { Value = job.Id });
        command.Parameters.Add(new() { Value = job.Run });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = progress });
        command.Parameters.Add(new() { Value = (object?)checkpoint ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)preview ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (job with { Checkpoint = null, Preview = null }).Blobs.ToArray() });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Gives a job back before its lease lapses, so that another worker may go on with it at once.</summary>
    public async Task Release(VideoJob job, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"update {VideoTable.Name} set lease_until = now() - interval '1 second', sent_at = now() - interval '1 hour' where id = $1 and run = $2 and status = 'in_progress'");
        command.Parameters.Add(new() { Value = job.Id });
        command.Parameters.Add(new() { Value = job.Run });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>Sequence number of the event, for the quota; null when the job is not this run's any more.</returns>
    public Task<long?> Complete(VideoJob job, VideoClip clip, long costMicros, TimeSpan kept, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var done = job with { Clip = clip, Checkpoint = null, Preview = null };
        return Append(job.Id, job.Version, [new VideoCompleted(job.Figures(now, clip, costMicros), clip)], session =>
        {
            Tell(session, job, "video.completed", now);
            session.QueueSqlCommand(
                $"""
                update {VideoTable.Name} set status = 'completed', version = ?, progress = 100, finished_at = ?, expires_at = ?, clip = ?::jsonb, checkpoint = null, preview = null, lease_until = null, blobs = ?
                where id = ?
                """,
                job.Version + 1, now, now + kept, JsonSerializer.Serialize(clip, VideosJson.Default.VideoClip), done.Blobs.ToArray(), job.Id);
        }, cancellation);
    }

    /// <param name="message">Fit for the client.</param>
    public Task<long?> Fail(VideoJob job, string code, string message, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return End(job, new VideoFailed(job.Figures(now), code, message), VideoStatus.Failed, code, message, now, cancellation);
    }

    public Task<long?> Cancel(VideoJob job, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return End(job, new VideoCancelled(job.Figures(now)), VideoStatus.Cancelled, "cancelled", "The video was cancelled.", now, cancellation);
    }

    /// <summary>Erases prompt and row of a job that is over; its blobs are the caller's to delete. False when it has changed meanwhile.</summary>
    public async Task<bool> Delete(VideoJob job, string reason, CancellationToken cancellation) =>
        await Append(job.Id, job.Version, [new VideoDeleted(time.GetUtcNow(), reason)], session => session.QueueSqlCommand($"delete from {VideoTable.Name} where id = ?", job.Id), cancellation) is not null;

    private Task<long?> End(VideoJob job, object ended, VideoStatus status, string code, string message, DateTimeOffset now, CancellationToken cancellation) =>
        Append(job.Id, job.Version, [ended], session =>
        {
            Tell(session, job, "video.failed", now);
            session.QueueSqlCommand(
                $"""
                update {VideoTable.Name} set status = ?, version = ?, finished_at = ?, error_code = ?, error_message = ?, checkpoint = null, preview = null, lease_until = null, blobs = ?
                where id = ?
                """,
                VideoTable.Text(status), job.Version + 1, now, code, message, (job with { Checkpoint = null, Preview = null }).Blobs.ToArray(), job.Id);
        }, cancellation);

    private static void Tell(IDocumentSession session, VideoJob job, string type, DateTimeOffset now)
    {
        var id = PublicId.New("evt_");
        var body = $$$"""{"id":"{{{id}}}","object":"event","type":"{{{type}}}","created_at":{{{now.ToUnixTimeSeconds()}}},"data":{"id":"{{{job.Id}}}"}}""";
        session.QueueSqlCommand(WebhookTables.Enqueue, id, body, type, job.ProjectId, type);
    }

    private async Task<long?> Append(string id, long version, object[] events, Action<IDocumentSession> row, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        return await Append(session, id, version, events, row, cancellation);
    }

    private static async Task<long?> Append(IDocumentSession session, string id, long version, object[] events, Action<IDocumentSession> row, CancellationToken cancellation)
    {
        var stream = session.Events.Append(id, version + events.Length, events);
        row(session);
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (Exception e) when (AppendFailure.IsRefusal(e))
        {
            return null;
        }

        return stream.Events[^1].Sequence;
    }
}
