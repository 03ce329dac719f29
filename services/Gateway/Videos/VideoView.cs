using Platform.Eventing.Videos;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Videos;

/// <summary>A job as the API shows it.</summary>
internal static class VideoView
{
    /// <param name="position">Place in the queue, where it waits.</param>
    public static VideoResource Of(VideoJob job, int? position = null) => new()
    {
        Id = job.Id,
        Model = job.Model,
        Status = job.Status switch
        {
            VideoStatus.Queued => "queued",
            VideoStatus.InProgress => "in_progress",
            VideoStatus.Completed => "completed",
            _ => "failed",
        },
        Progress = job.Progress,
        CreatedAt = job.CreatedAt.ToUnixTimeSeconds(),
        CompletedAt = job.Status == VideoStatus.Completed ? job.FinishedAt?.ToUnixTimeSeconds() : null,
        ExpiresAt = job.ExpiresAt?.ToUnixTimeSeconds(),
        Prompt = job.Order.Prompt,
        Size = $"{job.Order.Width}x{job.Order.Height}",
        Seconds = job.Order.Seconds,
        RemixedFromVideoId = job.Order.RemixedFrom,
        Error = job.ErrorCode is { } code ? new(code, job.ErrorMessage ?? "") : null,
        QueuePosition = job.Status == VideoStatus.Queued ? position : null,
        NumFrames = job.Clip?.Frames ?? job.Order.Frames,
        Fps = job.Order.Fps,
        Seed = job.Order.Seed,
        MediaType = job.Clip?.ContentType,
        InferenceTimeS = job is { Clip: not null, StartedAt: { } started, FinishedAt: { } finished } ? Math.Round((finished - started).TotalSeconds, 3) : null,
        StageDurations = job.Clip?.StageSeconds,
    };
}
