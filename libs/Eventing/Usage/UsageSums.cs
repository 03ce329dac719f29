using Platform.Contracts.Generations;
using Platform.Eventing.Generations;
using Platform.Eventing.Videos;

namespace Platform.Eventing.Usage;

/// <summary>A cell of the cubes.</summary>
internal readonly record struct UsageCell(DateTimeOffset Bucket, string ProjectId, string KeyId, string UserId, string Model, string ServiceTier, string Kind)
{
    /// <summary>Usage counts at the instant the generation ended.</summary>
    public static UsageCell Of(GenerationFigures figures, BucketWidth width) =>
        new(UsageTables.Bucket(figures.FinishedAt, width), figures.ProjectId, figures.KeyId, figures.UserId, figures.Model, figures.ServiceTier, figures.Kind);
}

/// <summary>What a cell adds up. Every recorded generation is a request, and what it used counts, however it ended.</summary>
public readonly record struct UsageSums(long Requests, long Failed, long Cancelled, long InputTokens, long CachedTokens, long OutputTokens, long CostMicros, long VideoFrames, long VideoMillis)
{
    internal static UsageSums Of(GenerationEnded ended) => new(
        1, ended is GenerationFailed or VideoFailed ? 1 : 0, ended is GenerationCancelled or VideoCancelled ? 1 : 0,
        ended.Figures.PromptTokens, ended.Figures.CachedTokens, ended.Figures.CompletionTokens, ended.Figures.CostMicros,
        ended.Figures.VideoFrames, ended.Figures.VideoMillis);

    public static UsageSums operator +(UsageSums a, UsageSums b) => new(
        a.Requests + b.Requests, a.Failed + b.Failed, a.Cancelled + b.Cancelled,
        a.InputTokens + b.InputTokens, a.CachedTokens + b.CachedTokens, a.OutputTokens + b.OutputTokens, a.CostMicros + b.CostMicros,
        a.VideoFrames + b.VideoFrames, a.VideoMillis + b.VideoMillis);

    public static UsageSums Add(UsageSums left, UsageSums right) => left + right;
}
