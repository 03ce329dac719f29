using System.Globalization;
using System.Runtime.CompilerServices;
using Platform.Contracts.Runs;

namespace Platform.Inference.Batching;

/// <summary>What is told to callers whose request is not served.</summary>
internal static class Requests
{
    /// <summary>Why a request can't be served at all, or null.</summary>
    public static RunError? Refusal(SequenceRequest request, int contextLength, int vocabulary)
    {
        if (request.Prompt.Length == 0)
        {
            return Invalid(request.PromptField == "messages" ? "The messages have no tokens." : $"The {request.PromptField} has no tokens.", request.PromptField);
        }

        if (request.Choices < 1)
        {
            return Invalid(Text($"'n' must be at least 1, not {request.Choices}."), "n");
        }

        if (request.Prompt.Length + 1 > contextLength)
        {
            return TooLong(request, contextLength);
        }

        return UnknownToken(request.Prompt, vocabulary, request.PromptField)
            ?? request.SoFar.Select(tokens => UnknownToken(tokens, vocabulary, request.PromptField)).FirstOrDefault(error => error is not null)
            ?? (request.Sampling.Extras is { } extras
                ? UnknownToken([.. extras.LogitBias.Select(bias => bias.Token)], vocabulary, "logit_bias") ?? UnknownToken([.. extras.StopTokens], vocabulary, "stop_token_ids")
                : null);
    }

    public static RunError Unavailable(string why) => new(RunErrorKind.WorkerUnavailable, "worker_unavailable", why);

    public static RunError Grammar(string why) => new(RunErrorKind.InvalidRequest, "invalid_grammar", why);

    public static RunError Engine(string what) => new(RunErrorKind.Engine, "engine_error", what);

    private static RunError TooLong(SequenceRequest request, int contextLength) =>
        new(
            RunErrorKind.InvalidRequest,
            "context_length_exceeded",
            Text($"This model's maximum context length is {contextLength} tokens. However, your {request.PromptField} resulted in {request.Prompt.Length} tokens. Please reduce the length of the {request.PromptField}."),
            request.PromptField);

    private static RunError? UnknownToken(int[] tokens, int vocabulary, string param) =>
        Array.FindIndex(tokens, token => (uint)token >= (uint)vocabulary) is var at and >= 0
            ? Invalid(Text($"Token {tokens[at]} is not in the model's vocabulary of {vocabulary}."), param)
            : null;

    private static RunError Invalid(string message, string param) => new(RunErrorKind.InvalidRequest, "invalid_value", message, param);

    private static string Text(DefaultInterpolatedStringHandler text) => string.Create(CultureInfo.InvariantCulture, ref text);
}
