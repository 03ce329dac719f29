namespace Platform.OnnxWorker.Videos;

/// <summary>Configuration section <c>Platform:OnnxWorker:Videos</c>.</summary>
public sealed record VideoOptions
{
    public const string Section = "Platform:OnnxWorker:Videos";

    /// <summary>How long a job stays this worker's without a sign of life, a second to an hour.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Denoising steps between two checkpoints, at least 1.</summary>
    public int CheckpointSteps { get; init; } = 4;

    /// <summary>How often a job is begun before it is given up: one that kills its worker must not kill them all.</summary>
    public int MostRuns { get; init; } = 5;

    /// <summary>How long a finished clip can be downloaded.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromDays(1);
}
