using Platform.Contracts.Generations;
using Phase = Platform.Observability.Metering.Phase;
using Observed = Platform.Observability.Metering.Outcome;

namespace Platform.Gateway.Generations;

/// <summary>What happens when a generation has ended and before the client is told so: it is recorded, its worker is given back, its reservation settled.</summary>
internal sealed partial class Settlement(IGenerationLedger ledger, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Settlement> logger)
{
    public async Task Settle(Generation generation, Ending ending)
    {
        if (generation.IsGivenAway) return;
        Measure(generation, ending);
        var relayed = generation.Age;

        // what no worker has begun leaves nothing to record
        if (generation.Started is null)
        {
            await Free(generation, nothingToRecord: true);
            return;
        }

        var freed = Free(generation, nothingToRecord: false);
        await ledger.Record(Describe(generation, ending), lifetime.ApplicationStopped);
        await freed;
        if (ending == Ending.Completed) Measure(generation, relayed);
    }

    private async Task Free(Generation generation, bool nothingToRecord)
    {
        try
        {
            await Task.WhenAll(generation.LeaveWorker().AsTask(), generation.SettleQuota(generation.Used, nothingToRecord));
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

    private static void Measure(Generation generation, TimeSpan relayed)
    {
        if (generation is not { Admitted: { } admitted, Queued: { } queued, FirstToken: { } first }) return;
        var metrics = generation.Model.Metrics;
        metrics.Spent(Phase.Reserve, admitted);
        metrics.Spent(Phase.Grant, queued - admitted);
        metrics.Spent(Phase.FirstToken, first - queued);
        metrics.Spent(Phase.Tokens, relayed - first);
        metrics.Spent(Phase.Record, generation.Age - relayed);
    }

    private GenerationFinished Describe(Generation generation, Ending ending) =>
        new(ending.Outcome, generation.Figures() with { FinishedAt = clock.GetUtcNow() }, generation.Request.KeepContent ? Content(generation) : null) { Reason = ending.Reason };

    private static GenerationContent Content(Generation generation) =>
        new() { Request = generation.Request.BodyText, Choices = [.. generation.Choices.Select(choice => choice.Content())] };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} could not give back what it held")]
        public static partial void NotFreed(ILogger logger, Exception exception, string generationId);
    }
}
