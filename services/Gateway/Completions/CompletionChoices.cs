using System.Text;
using Platform.Contracts.Runs;
using Platform.Gateway.Chat;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Completions;

namespace Platform.Gateway.Completions;

/// <summary>What the choices of completions are made of.</summary>
internal static class CompletionChoices
{
    public static AnswerHead Head(IReadOnlyList<Generation> generations) =>
        new(generations[0].Id, generations[0].StartedAt.ToUnixTimeSeconds(), generations[0].Model.Id, generations[0].Model.SystemFingerprint);

    public static TokenUsage Usage(IReadOnlyList<Generation> generations) => new(
        generations.Sum(one => one.Usage().Prompt), generations.Sum(one => one.Usage().Cached), generations.Sum(one => one.CompletionTokens))
    {
        Accepted = generations.Sum(one => one.AcceptedTokens),
        Rejected = generations.Sum(one => one.RejectedTokens),
    };

    /// <summary>The prompt as each of its choices begins with it: nothing where it is not echoed.</summary>
    public static (byte[] Text, IReadOnlyList<CompletionToken> Tokens) Prompt(CompletionRequest request, int index, RunStarted? started)
    {
        if (!request.Echo) return ([], []);
        var pieces = started?.Prompt is { } echo ? echo.Pieces : [];
        var text = request.Prompts[index].Text is { } given ? Encoding.UTF8.GetBytes(given) : [.. pieces.SelectMany(piece => piece)];
        return (text, request.Logprobs is null ? [] : [.. pieces.Select((piece, i) => new CompletionToken(piece, started!.Prompt!.Logprobs.ElementAtOrDefault(i)?.ToWire()))]);
    }

    public static CompletionToken ToToken(this TokenLogprob logprob) => new(logprob.Bytes, logprob.ToWire());
}
