using Platform.Contracts.Generations;
using Platform.Contracts.Runs;

namespace Platform.LlamaWorker.Runs;

/// <summary>What is to be recorded of a generation whose gateway is gone: the same as that gateway would have.</summary>
internal sealed partial class Run
{
    /// <summary>Null: nothing is to be recorded, because no worker had begun.</summary>
    public GenerationFinished? Outcome()
    {
        lock (_gate)
        {
            if (_request.Record is not { } record || (_started is null && record.Figures.PromptTokens == 0)) return null;
            var content = record is { KeepContent: true, Request: { } body } ? new GenerationContent { Request = body, Choices = [.. _choices.Select(choice => choice.Content())] } : null;
            var (outcome, reason) = Verdict();
            return new GenerationFinished(outcome, Figures(record.Figures), content) { Reason = reason, Unstored = record.Store && outcome == Contracts.Generations.Outcome.Completed && content is not null };
        }
    }

    private (Outcome Outcome, string? Reason) Verdict()
    {
        if (_error is { Kind: not RunErrorKind.WorkerUnavailable } error) return (Contracts.Generations.Outcome.Failed, error.Code);
        return _error is null && Array.TrueForAll(_choices, choice => choice.Reason is FinishReason.Stop or FinishReason.Length)
            ? (Contracts.Generations.Outcome.Completed, null)
            : (Contracts.Generations.Outcome.Cancelled, "gateway_lost");
    }

    private GenerationFigures Figures(GenerationFigures known)
    {
        var (prompt, cached) = known.PromptTokens > 0 ? (known.PromptTokens, known.CachedTokens) : (_started!.PromptTokens, _started.CachedTokens); // one of them is there: see Outcome
        var completion = _choices.Sum(choice => choice.Count);
        return known with
        {
            Worker = _worker,
            Runs = _request.Run,
            FinishedAt = _endedAt ?? _clock.GetUtcNow(),
            FirstTokenMs = FirstTokenMs(known),
            PromptTokens = prompt,
            CachedTokens = cached,
            CompletionTokens = completion,
            AcceptedTokens = _choices.Sum(choice => choice.Guesses?.Accepted ?? 0),
            RejectedTokens = _choices.Sum(choice => choice.Guesses?.Rejected ?? 0),
            Choices = _request.Choices,
            FinishReasons = [.. _choices.Select(choice => (choice.Reason ?? FinishReason.Cancelled).ToString().ToLowerInvariant())],
            CostMicros = _model.Entry.Prices.Micros(prompt, cached, completion),
        };
    }

    private int? FirstTokenMs(GenerationFigures known) => known.FirstTokenMs ?? (int?)(_firstTokenAt - known.StartedAt)?.TotalMilliseconds;
}
