using Platform.Contracts.Generations;
using Platform.Contracts.Videos;
using Platform.Eventing.Generations;

namespace Platform.Eventing.Videos;

/// <summary>First event of a video's stream. The prompt is content and stands in the job's row alone; its hash stays.</summary>
public sealed record VideoRequested
{
    public required string ProjectId { get; init; }
    public required string KeyId { get; init; }
    public required string UserId { get; init; }
    public required string Model { get; init; }
    public required string RequestedModel { get; init; }
    public required string ArtifactHash { get; init; }

    /// <summary><c>generate</c>, <c>edit</c> or <c>extend</c>.</summary>
    public required string Task { get; init; }
    public required string PromptSha256 { get; init; }
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required int Frames { get; init; }
    public required int Fps { get; init; }
    public required int Steps { get; init; }
    public required long Seed { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
}

/// <summary>A worker has taken the job, or taken it over; what an earlier run appends from now on is refused by its version.</summary>
public sealed record VideoStarted(int Run, string Worker, DateTimeOffset StartedAt);

public sealed record VideoCompleted(GenerationFigures Figures, VideoClip Clip) : GenerationEnded(Figures);

public sealed record VideoFailed(GenerationFigures Figures, string Code, string Message) : GenerationEnded(Figures);

public sealed record VideoCancelled(GenerationFigures Figures) : GenerationEnded(Figures);

/// <summary>Prompt, pictures and clip are gone; the figures stay.</summary>
public sealed record VideoDeleted(DateTimeOffset DeletedAt, string Reason);
