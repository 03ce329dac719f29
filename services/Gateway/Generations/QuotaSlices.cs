using Platform.Gateway.Errors;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary>What one generation holds of its project's quota: the prompt, and output in slices that are added as it goes.</summary>
/// <param name="held">Output tokens per choice that are reserved already, when the generation was another gateway's.</param>
internal sealed class QuotaSlices(IProjectQuota quota, Reservation first, int promptEstimate, int choices, int? maxTokens, int? held = null)
{
    /// <summary>Output tokens per choice that are reserved at a time.</summary>
    public const int Slice = 256;

    private int prompt = promptEstimate;
    private bool limited = held is not null;

    /// <summary>Output tokens each choice may have by now.</summary>
    public int Allowance { get; private set; } = held ?? Next(0, maxTokens);

    /// <summary>The quota gives no more.</summary>
    public bool IsFinal { get; private set; }

    public bool IsReserved { get; private set; } = held is not null;

    /// <summary>As it is offered to a fresh grain.</summary>
    public Reservation Live => first with { Tokens = prompt + ((long)Allowance * choices) };

    public async ValueTask<QuotaAnswer> Reserve()
    {
        var answer = await quota.Reserve(Live);
        (IsReserved, limited) = (answer.Granted, answer.Tokens.Limit > 0);
        return answer;
    }

    /// <summary>Tells the grain that somebody still holds this.</summary>
    public ValueTask Offer() => quota.Offer([Live]);

    /// <summary>The prompt's real size is known: gives back what the estimate was too large, or takes what it was too small.</summary>
    public async ValueTask Correct(int promptTokens)
    {
        var more = promptTokens - prompt;
        if (more > 0) IsFinal = await TopUp(more) is false;
        prompt = promptTokens;
        if (more < 0 && limited) await GiveBack();
    }

    /// <summary>Adds a slice when the longest choice comes near its allowance. True when the worker has to be told.</summary>
    public async ValueTask<bool> Raise(int longest)
    {
        if (IsFinal || Allowance >= maxTokens || longest < Allowance - (Slice / 2)) return false;
        var next = Next(Allowance, maxTokens);
        var granted = await TopUp((long)(next - Allowance) * choices);
        if (granted is true) Allowance = next;
        else IsFinal = granted is false && longest >= Allowance; // until then as much may have refilled
        return granted is true || IsFinal;
    }

    public ValueTask Settle(long usedTokens, bool nothingToRecord) => quota.Settle(first.GenerationId, usedTokens, nothingToRecord);

    private async ValueTask GiveBack()
    {
        try
        {
            await quota.Settle(first.GenerationId, Live.Tokens, nothingToRecord: false);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            // the end of the generation settles it
        }
    }

    /// <summary>Null: nobody could say.</summary>
    private async ValueTask<bool?> TopUp(long tokens)
    {
        try
        {
            var answer = await quota.TopUp(first.GenerationId, tokens);
            if (answer.Granted || answer.Limit is not null) return answer.Granted;

            // a fresh grain does not know the reservation yet
            await quota.Offer([Live]);
            return (await quota.TopUp(first.GenerationId, tokens)).Granted;
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            return null;
        }
    }

    private static int Next(int allowance, int? maxTokens) => Math.Min(allowance + Slice, maxTokens ?? int.MaxValue);
}
