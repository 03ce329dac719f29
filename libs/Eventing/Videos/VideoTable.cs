using System.Text.Json;
using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Videos;

/// <summary>One row a video, written in the transaction of its events: what is asked most, and what is no event (lease, progress, prompt).</summary>
public sealed class VideoTable(NpgsqlDataSource database)
{
    internal const string Name = $"{LedgerSchema.Name}.videos";

    internal const string Columns = """
        id, project_id, key_id, user_id, model, requested_model, artifact_hash, status, version, run, progress, created_at, started_at, finished_at, expires_at,
        worker, checkpoint, preview, idempotency_key, request_hash, video_order::text, clip::text, error_code, error_message
        """;

    internal async Task Create(CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"""
            create table if not exists {Name} (
                id              text collate "C" primary key,
                project_id      text not null,
                key_id          text not null,
                user_id         text not null,
                model           text not null,
                requested_model text not null,
                artifact_hash   text not null,
                status          text not null,
                version         bigint not null,
                run             integer not null default 0,
                progress        integer not null default 0,
                created_at      timestamptz not null,
                started_at      timestamptz,
                finished_at     timestamptz,
                expires_at      timestamptz,
                worker          text,
                lease_until     timestamptz,
                sent_at         timestamptz not null default now(),
                checkpoint      text,
                preview         text,
                idempotency_key text,
                request_hash    text not null,
                video_order     jsonb not null,
                clip            jsonb,
                error_code      text,
                error_message   text,
                blobs           text[] not null
            );
            create unique index if not exists videos_idempotency on {Name} (project_id, idempotency_key) where idempotency_key is not null;
            create index if not exists videos_of_project on {Name} (project_id, id);
            create index if not exists videos_undone on {Name} (model, id) where status in ('queued', 'in_progress');
            create index if not exists videos_blobs on {Name} using gin (blobs)
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    internal static string Text(VideoStatus status) => status switch
    {
        VideoStatus.Queued => "queued",
        VideoStatus.InProgress => "in_progress",
        VideoStatus.Completed => "completed",
        VideoStatus.Failed => "failed",
        VideoStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "unknown status"),
    };

    /// <param name="row">Has the columns of <see cref="Columns"/>.</param>
    internal static VideoJob Read(NpgsqlDataReader row)
    {
        string? Text(int i) => row.IsDBNull(i) ? null : row.GetString(i);
        DateTimeOffset? Instant(int i) => row.IsDBNull(i) ? null : row.GetFieldValue<DateTimeOffset>(i);
        return new VideoJob
        {
            Id = row.GetString(0),
            ProjectId = row.GetString(1),
            KeyId = row.GetString(2),
            UserId = row.GetString(3),
            Model = row.GetString(4),
            RequestedModel = row.GetString(5),
            ArtifactHash = row.GetString(6),
            Status = row.GetString(7) switch
            {
                "queued" => VideoStatus.Queued,
                "in_progress" => VideoStatus.InProgress,
                "completed" => VideoStatus.Completed,
                "failed" => VideoStatus.Failed,
                "cancelled" => VideoStatus.Cancelled,
                var other => throw new InvalidDataException($"Video {row.GetString(0)} has the status '{other}'."),
            },
            Version = row.GetInt64(8),
            Run = row.GetInt32(9),
            Progress = row.GetInt32(10),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
            StartedAt = Instant(12),
            FinishedAt = Instant(13),
            ExpiresAt = Instant(14),
            Worker = Text(15),
            Checkpoint = Text(16),
            Preview = Text(17),
            IdempotencyKey = Text(18),
            RequestHash = row.GetString(19),
            Order = JsonSerializer.Deserialize(row.GetString(20), VideosJson.Default.VideoOrder)!, // not null: what is stored is an object
            Clip = Text(21) is { } clip ? JsonSerializer.Deserialize(clip, VideosJson.Default.VideoClip) : null,
            ErrorCode = Text(22),
            ErrorMessage = Text(23),
        };
    }
}
