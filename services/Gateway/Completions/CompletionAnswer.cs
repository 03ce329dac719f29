using Platform.Contracts.Runs;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Completions;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Completions;

/// <summary>Completions as one <c>text_completion</c> object: the choices of the first prompt first.</summary>
internal sealed class CompletionAnswer(HttpContext http, CompletionRequest request, IReadOnlyList<Generation> generations) : ISharedAnswer
{
    public ValueTask Show(int index, Step step, CancellationToken cancellation) => default;

    public ValueTask End(int index, CancellationToken cancellation) => default;

    public async ValueTask End(CancellationToken cancellation)
    {
        http.Response.ContentType = "application/json";
        var writer = new CompletionWriter(CompletionChoices.Head(generations), request.StreamOptions);
        var choices = generations.SelectMany((generation, prompt) => Best(generation).Select((choice, i) => Choice(generation, prompt, i, choice)));
        writer.Whole(http.Response.BodyWriter, [.. choices], CompletionChoices.Usage(generations));
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public ValueTask Fail(ApiError error, CancellationToken cancellation) => new(error.Write(http));

    /// <summary>Of more choices than are told those with the highest log-probability per token, in the order they were made.</summary>
    private IEnumerable<ChoiceProgress> Best(Generation generation) => request.BestOf == request.Choices
        ? generation.Choices
        : generation.Choices.OrderByDescending(choice => choice.Logprobs is { Count: > 0 } logprobs ? logprobs.Average(one => one.Logprob) : float.NegativeInfinity).Take(request.Choices);

    private CompletionChoice Choice(Generation generation, int prompt, int index, ChoiceProgress choice)
    {
        var (echo, tokens) = CompletionChoices.Prompt(request, prompt, generation.Started);
        return new CompletionChoice(
            (prompt * request.Choices) + index,
            echo.Length == 0 ? choice.Text : (byte[])[.. echo, .. choice.Text.Span],
            choice.Finish.ForClient(),
            request.Logprobs is null ? null : [.. tokens, .. (choice.Logprobs ?? []).Select(CompletionChoices.ToToken)]);
    }
}
