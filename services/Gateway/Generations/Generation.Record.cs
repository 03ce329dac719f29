using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary>What is known of a generation, for the ledger at its end and for a worker that may have to record it itself.</summary>
internal sealed partial class Generation
{
    public GenerationFigures Figures() => new()
    {
        GenerationId = Id,
        Kind = Request.Kind,
        ProjectId = Request.Caller.ProjectId,
        KeyId = Request.Caller.KeyId,
        UserId = Request.User,
        Model = Model.Id,
        RequestedModel = Request.RequestedModel,
        ArtifactHash = Model.ArtifactHash,
        ServiceTier = Request.ServiceTier,
        Worker = Worker,
        Runs = Run,
        StartedAt = StartedAt,
        FinishedAt = StartedAt,
        QueuedMs = (int)(Queued?.TotalMilliseconds ?? 0),
        FirstTokenMs = (int?)FirstToken?.TotalMilliseconds,
        PromptTokens = Started?.PromptTokens ?? 0,
        CachedTokens = Started?.CachedTokens ?? 0,
        CompletionTokens = CompletionTokens,
        AcceptedTokens = AcceptedTokens,
        RejectedTokens = RejectedTokens,
        Choices = Choices.Count,
        FinishReasons = [.. Choices.Select(choice => (choice.Finish ?? FinishReason.Cancelled).ToString().ToLowerInvariant())],
        Seed = Request.Sampling.Seed,
        Deterministic = Request.Sampling.Deterministic,
        Stream = Request.Stream,
        CostMicros = Used.CostMicros,
    };

    /// <summary>By now.</summary>
    public Amount Used => Started is { } started
        ? new(started.PromptTokens + CompletionTokens, Model.Entry.Prices.Micros(started.PromptTokens, started.CachedTokens, CompletionTokens))
        : default;

    /// <summary>The body goes along where it will be recorded, or where a client may come back to the stream.</summary>
    private RunRecord Record() => new(Figures(), Request.KeepContent, Request.KeepContent || Request.Stream ? Request.BodyText : null) { Store = Request.Store };
}
