using System.Text;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Eventing.Generations;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Chat;

/// <summary>A chat completion that has ended, as the ledger has it, with what its answer is written from.</summary>
/// <param name="Body">The request as received, UTF-8 JSON.</param>
internal sealed record RecordedChat(RecordedGeneration Recorded, GenerationContent Content, ReadOnlyMemory<byte> Body, ChatCompletionRequest Request, OutputPlan Plan)
{
    public GenerationFigures Figures => Recorded.Figures;

    public AnswerHead Head => new(Figures.GenerationId, Figures.StartedAt.ToUnixTimeSeconds(), Figures.Model, ServedModel.FingerprintOf(Figures.ArtifactHash), Figures.ServiceTier);

    public TokenUsage Usage => new(Figures.PromptTokens, Figures.CachedTokens, Figures.CompletionTokens) { Accepted = Figures.AcceptedTokens, Rejected = Figures.RejectedTokens };

    /// <summary>One a choice; of a completed generation only.</summary>
    public IReadOnlyList<FinishReason> Finishes => [.. Figures.FinishReasons.Select(reason => Enum.Parse<FinishReason>(reason, ignoreCase: true))];

    /// <summary>All of a choice at once. What was kept without its shares has no tokens.</summary>
    public Frame FrameOf(int choice) =>
        Content.Choices[choice] is var said && new Frame { GenerationId = Figures.GenerationId, Run = 0, Choice = choice, From = 0, Text = Encoding.UTF8.GetBytes(said.Text) } is var frame && said.TextEnds.Length == said.Tokens.Length
            ? frame with { Tokens = said.Tokens, Micros = said.Micros, TextEnds = said.TextEnds, Logprobs = said.Logprobs.Count == said.Tokens.Length ? [.. said.Logprobs] : [] }
            : frame;

    public ChoiceProgress ChoiceOf(int choice)
    {
        var progress = new ChoiceProgress();
        progress.Take(FrameOf(choice) with { Finish = Finishes[choice] }, out _);
        return progress;
    }
}

internal sealed class RecordedChats(ServedModels models, OutputPlanner outputs)
{
    /// <param name="content">What was kept of it.</param>
    public async Task<ApiResult<RecordedChat>> Open(RecordedGeneration recorded, GenerationContent content, ApiKeyIdentity caller)
    {
        var body = Encoding.UTF8.GetBytes(content.Request);
        if (ChatRequestReader.Read(body).Refused(out var error, out var request)) return error;
        // it was accepted once; of a model that has gone the text is told as it is
        var plan = models.Find(recorded.Figures.Model) is { } model && !(await outputs.Plan(request.ToGeneration(model, caller, body), request)).Refused(out _, out var planned) ? planned.Output : OutputPlan.Plain;
        return new RecordedChat(recorded, content, body, request, plan);
    }
}
