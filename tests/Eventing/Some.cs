using Platform.Contracts.Generations;

namespace Platform.Eventing.Tests;

/// <summary>Generations that differ only in what a test says.</summary>
internal static class Some
{
    public static GenerationFigures Figures(DateTimeOffset? finished = null) => new()
    {
        GenerationId = PublicId.New("chatcmpl-"),
        Kind = "chat",
        ProjectId = "proj_a",
        KeyId = "key_a",
        UserId = "user_a",
        Model = "model_a",
        RequestedModel = "gpt-4o-mini",
        StartedAt = (finished ?? DateTimeOffset.UtcNow).AddSeconds(-1),
        FinishedAt = finished ?? DateTimeOffset.UtcNow,
        PromptTokens = 11,
        CachedTokens = 3,
        CompletionTokens = 7,
        FinishReasons = ["stop"],
        CostMicros = 18,
    };
}
