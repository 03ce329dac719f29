using Platform.Catalog;
using Platform.Gateway.Errors;
using Platform.Grains;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary>What one generation holds of its project's quota: the prompt, and output in slices that are added as it goes.</summary>
/// <param name="held">Output tokens per choice that are reserved already, when the generation was another gateway's.</param>
internal sealed class QuotaSlices(IProjectQuota quota, Reservation first, Prices prices, int promptEstimate, int choices, int? maxTokens, TimeProvider clock, int? held = null)
{
    /// <summary>Output tokens per choice that are reserved at a time.</summary>
    public const int Slice = 256;

    private int prompt = promptEstimate;
    private bool limited = held is not null;
    private volatile bool ending;

    /// <summary>Output tokens each choice may have by now.</summary>
    public int Allowance { get; private set; } = held ?? Next(0, maxTokens);

    /// <summary>The quota gives no more.</summary>
    public bool IsFinal { get; private set; }

    public bool IsReserved { get; private set; } = held is not null;

    /// <summary>As it is offered to a fresh grain.</summary>
    public Reservation Live => first with { Amount = Most(prompt, Allowance) };

    public async ValueTask<QuotaAnswer> Reserve()
    {
        var answer = await quota.Admit(Live, clock);
        (IsReserved, limited) = (answer.Granted, answer.Tokens.Limit > 0 || answer.HasBudget);
        return answer;
    }

    /// <summary>Tells the grain that somebody still holds this.</summary>
    public async ValueTask Offer()
    {
        try
        {
            await quota.Offer([Live]).AsTask().Within(GrainCall.Patience, clock);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            // it is offered again every few seconds
        }
    }

    /// <summary>The prompt's real size is known: gives back what the estimate was too large, or takes what it was too small.</summary>
    public async ValueTask Correct(int promptTokens)
    {
        var estimate = prompt;
        if (promptTokens > estimate) IsFinal = await TopUp(Most(promptTokens, Allowance) - Live.Amount) is false;
        prompt = promptTokens;
        if (promptTokens < estimate && limited) await GiveBack();
    }

    /// <summary>Adds a slice when the longest choice comes near its allowance. True when the worker has to be told.</summary>
    public async ValueTask<bool> Raise(int longest)
    {
        if (IsFinal || Allowance >= maxTokens || longest < Allowance - (Slice / 2)) return false;
        var next = Next(Allowance, maxTokens);
        var granted = await TopUp(Most(prompt, next) - Live.Amount);
        if (granted is true) Allowance = next;
        else IsFinal = granted is false && longest >= Allowance; // until then as much may have refilled
        return granted is true || IsFinal;
    }

    /// <summary>Lets a question that nobody answers rest: what would be granted is not needed any more.</summary>
    public void AskNoMore() => ending = true;

    public Task Settle(Amount used, bool nothingToRecord) => quota.Settle(first.GenerationId, used, nothingToRecord).AsTask().Within(GrainCall.Patience, clock);

    private async ValueTask GiveBack()
    {
        try
        {
            await Settle(Live.Amount, nothingToRecord: false);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            // the end of the generation settles it
        }
    }

    /// <summary>Asks until somebody answers; null: it ended before that. A question that was heard after all makes the reservation too large until its end, never too small.</summary>
    private async ValueTask<bool?> TopUp(Amount more)
    {
        while (!ending)
        {
            try
            {
                var answer = await Ask(more);
                if (answer is { Granted: false, Limit: null, RetryAfterMs: 0 })
                {
                    // a fresh grain does not know the reservation yet
                    await quota.Offer([Live]).AsTask().Within(GrainCall.Patience, clock);
                    answer = await Ask(more);
                }

                if (!answer.IsNotYet) return answer.Granted;
                await Task.Delay(GrainCall.Pause, clock);
            }
            catch (Exception e) when (Failure.IsOutage(e))
            {
                await Task.Delay(GrainCall.Pause, clock);
            }
        }

        return null;
    }

    private Task<QuotaAnswer> Ask(Amount more) => quota.TopUp(first.GenerationId, more).AsTask().Within(GrainCall.Patience, clock);

    private Amount Most(int promptTokens, int allowance)
    {
        var output = (long)allowance * choices;
        return new(promptTokens + output, prices.MostMicros(promptTokens, output));
    }

    private static int Next(int allowance, int? maxTokens) => Math.Min(allowance + Slice, maxTokens ?? int.MaxValue);
}
