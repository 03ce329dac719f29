using Platform.Contracts.Runs;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary>What a generation asks of its quota while its tokens go on, and says of it at its end.</summary>
internal sealed partial class Generation
{
    private Task raising = Task.CompletedTask;

    /// <summary>Says what was used of the reservation.</summary>
    public async Task SettleQuota(Amount used, bool nothingToRecord)
    {
        Quota.AskNoMore();
        await raising; // a top-up that came later would open the reservation again
        await Quota.Settle(used, nothingToRecord);
    }

    private void Begin(RunStarted started)
    {
        Started = started;
        raising = Told(async () =>
        {
            await Quota.Correct(started.PromptTokens);
            return Quota.IsFinal;
        });
    }

    /// <summary>Asks for more while what there is is being used, so that nobody waits for a quota that is slow to answer.</summary>
    private void Raise()
    {
        if (raising.IsCompleted) raising = Told(() => Quota.Raise(Choices.Max(choice => choice.Count)));
    }

    /// <summary>Never fails.</summary>
    private async Task Told(Func<ValueTask<bool>> asked)
    {
        try
        {
            if (await asked()) await Allow();
        }
        catch (Exception e)
        {
            Log.QuotaFailed(owner.Logger, e, Id); // the worker pauses at its allowance, and a silence asks again
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Error, "{GenerationId} could not ask for more quota")]
        public static partial void QuotaFailed(ILogger logger, Exception exception, string generationId);
    }
}
