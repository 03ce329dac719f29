using Platform.Contracts.Generations;
using Platform.Contracts.Videos;

namespace Platform.Eventing.Videos;

public enum VideoStatus { Queued, InProgress, Completed, Failed, Cancelled }

/// <summary>Where a video's stream stands, and what only a job has: its order, its lease, its progress.</summary>
public sealed record VideoJob
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string KeyId { get; init; }
    public required string UserId { get; init; }
    public required string Model { get; init; }
    public required string RequestedModel { get; init; }
    public required string ArtifactHash { get; init; }
    public required VideoOrder Order { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public VideoStatus Status { get; init; }

    /// <summary>Events in the stream.</summary>
    public long Version { get; init; }

    /// <summary>How often a worker has begun it.</summary>
    public int Run { get; init; }

    public string? Worker { get; init; }

    /// <summary>0–100, never falling.</summary>
    public int Progress { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the clip is thrown away.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Blob from which another worker goes on.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Blob of the newest preview.</summary>
    public string? Preview { get; init; }

    public VideoClip? Clip { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>Of the whole request; a replayed key must come with the same.</summary>
    public required string RequestHash { get; init; }

    public bool IsOver => Status is VideoStatus.Completed or VideoStatus.Failed or VideoStatus.Cancelled;

    /// <summary>All blobs the job still needs.</summary>
    public IReadOnlyList<string> Blobs =>
        [.. new[] { Order.Picture, Order.LastPicture, Order.Source, Checkpoint, Preview, Clip?.Video, Clip?.Thumbnail, Clip?.Spritesheet }.OfType<string>().Distinct()];

    /// <summary>Blobs that only a run needs.</summary>
    public IReadOnlyList<string> Partial => [.. new[] { Checkpoint, Preview }.OfType<string>()];

    /// <summary>What the ledger counts of it. A clip that was not finished costs nothing.</summary>
    /// <param name="clip">The finished clip.</param>
    public GenerationFigures Figures(DateTimeOffset finishedAt, VideoClip? clip = null, long costMicros = 0) => new()
    {
        GenerationId = Id,
        Kind = "video",
        ProjectId = ProjectId,
        KeyId = KeyId,
        UserId = UserId,
        Model = Model,
        RequestedModel = RequestedModel,
        ArtifactHash = ArtifactHash,
        Worker = Worker ?? "",
        Runs = Run,
        StartedAt = CreatedAt,
        FinishedAt = finishedAt,
        QueuedMs = StartedAt is { } started ? (int)Math.Min(int.MaxValue, Math.Max(0, (started - CreatedAt).TotalMilliseconds)) : 0,
        VideoFrames = clip is null ? 0 : Order.Frames,
        VideoMillis = clip is null ? 0 : Order.Frames * 1000L / Order.Fps,
        Choices = 1,
        FinishReasons = [clip is null ? "cancelled" : "stop"],
        Seed = Order.Seed,
        CostMicros = costMicros,
    };
}
