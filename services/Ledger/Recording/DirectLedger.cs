using Platform.Contracts.Generations;
using Platform.Eventing.Answers;
using Platform.Eventing.Appending;
using Platform.Eventing.Content;
using Platform.Eventing.Generations;
using Platform.Grains.Quotas;

namespace Platform.Ledger.Recording;

/// <summary>Records by appending at once, in the caller's process.</summary>
internal sealed class DirectLedger(EventWriter writer, StoredAnswers answers, QuotaSettlement quotas) : IGenerationLedger
{
    public async Task Record(GenerationFinished finished, CancellationToken cancellation)
    {
        var figures = finished.Figures;
        var content = finished.Content is { } said ? new StoredContent(figures.GenerationId, figures.StartedAt, figures.ProjectId, said) : null;
        var append = new StreamAppend(figures.GenerationId, ExpectedVersion: 0, [GenerationEnded.From(finished)]) { Content = content };
        var appended = await Append(append, cancellation);
        if (finished.Unstored) await answers.Save(StoredAnswer.Unwritten(figures.GenerationId, figures.ProjectId, figures.Model, figures.StartedAt), [], cancellation);
        // Also when it was there already: whoever recorded it may have died before it told the quota, which counts a sequence number once.
        var used = new Amount(figures.PromptTokens + figures.CompletionTokens, figures.CostMicros);
        quotas.Tell(figures.ProjectId, new RecordedUsage(figures.GenerationId, appended.Sequence, figures.KeyId, used, figures.FinishedAt));
    }

    public bool HasRoom => writer.HasRoom;

    private async Task<Appended> Append(StreamAppend append, CancellationToken cancellation)
    {
        try
        {
            return await writer.Append(append, cancellation);
        }
        catch (AppendRefusedException refused)
        {
            throw new RecordRefusedException(refused.Message, refused);
        }
    }
}
