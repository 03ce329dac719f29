using System.Text;
using Platform.Catalog;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Observed = Platform.Observability.Metering.Outcome;

namespace Platform.Gateway.Generations;

/// <summary>What happens when a generation has ended and before the client is told so: it is recorded, its worker is given back, its reservation settled.</summary>
internal sealed partial class Settlement(IGenerationLedger ledger, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Settlement> logger)
{
    public async Task Settle(Generation generation, Ending ending)
    {
        Measure(generation, ending);

        // what no worker has begun leaves nothing to record
        if (generation.Started is not { } started)
        {
            await Free(generation, 0, nothingToRecord: true);
            return;
        }

        var freed = Free(generation, started.PromptTokens + generation.CompletionTokens, nothingToRecord: false);
        await ledger.Record(Describe(generation, started, ending), lifetime.ApplicationStopped);
        await freed;
    }

    private async Task Free(Generation generation, long usedTokens, bool nothingToRecord)
    {
        try
        {
            await generation.LeaveWorker();
            await generation.Quota.Settle(usedTokens, nothingToRecord);
        }
        catch (Exception e)
        {
            Log.NotFreed(logger, e, generation.Id); // both lapse when nobody offers them any more
        }
    }

    private static void Measure(Generation generation, Ending ending)
    {
        var metrics = generation.Model.Metrics;
        metrics.Duration(generation.Age.TotalSeconds, generation.Started is null ? Observed.Refused : ending.Outcome switch
        {
            Outcome.Completed => Observed.Completed,
            Outcome.Cancelled => Observed.Cancelled,
            _ => Observed.Failed,
        });
        if (generation.Started is not { } started) return;
        metrics.Tokens(started.PromptTokens, generation.CompletionTokens);
        if (generation.FirstToken is { } first) metrics.FirstToken(first.TotalSeconds);
        foreach (var choice in generation.Choices)
        {
            for (var i = 1; i < choice.Count; i++) metrics.OutputToken(choice.Micros[i] / 1e6);
        }
    }

    private GenerationFinished Describe(Generation generation, RunStarted started, Ending ending) =>
        new(ending.Outcome, Figures(generation, generation.Request, started), generation.Request.KeepContent ? Content(generation) : null) { Reason = ending.Reason };

    private GenerationFigures Figures(Generation generation, GenerationRequest request, RunStarted started) => new()
    {
        GenerationId = generation.Id,
        Kind = request.Kind,
        ProjectId = request.Caller.ProjectId,
        KeyId = request.Caller.KeyId,
        UserId = request.User,
        Model = generation.Model.Id,
        RequestedModel = request.RequestedModel,
        ArtifactHash = generation.Model.ArtifactHash,
        Worker = generation.Worker,
        Runs = generation.Run,
        StartedAt = generation.StartedAt,
        FinishedAt = clock.GetUtcNow(),
        QueuedMs = (int)(generation.Queued?.TotalMilliseconds ?? 0),
        FirstTokenMs = (int?)generation.FirstToken?.TotalMilliseconds,
        PromptTokens = started.PromptTokens,
        CachedTokens = started.CachedTokens,
        CompletionTokens = generation.CompletionTokens,
        Choices = generation.Choices.Count,
        FinishReasons = [.. generation.Choices.Select(choice => (choice.Finish ?? FinishReason.Cancelled).ToString().ToLowerInvariant())],
        Seed = request.Sampling.Seed,
        Stream = request.Stream,
        CostMicros = Cost(generation.Model.Entry.Prices, started, generation.CompletionTokens),
    };

    private static GenerationContent Content(Generation generation) =>
        new() { Request = Encoding.UTF8.GetString(generation.Request.Body.Span), Choices = [.. generation.Choices.Select(choice => choice.Content())] };

    /// <summary>A price per million tokens is a price in millionths per token.</summary>
    internal static long Cost(Prices prices, RunStarted prompt, int completionTokens) =>
        (long)Math.Round(((prompt.PromptTokens - prompt.CachedTokens) * prices.Input) + (prompt.CachedTokens * prices.CachedInput) + (completionTokens * prices.Output));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} could not give back what it held")]
        public static partial void NotFreed(ILogger logger, Exception exception, string generationId);
    }
}
