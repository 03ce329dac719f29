using System.Buffers;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Tools;

namespace Platform.Gateway.Chat;

/// <summary>An answer as one <c>chat.completion</c> object.</summary>
internal sealed class ChatAnswer(HttpContext http, AnswerHead head, ChatCompletionRequest request) : IAnswer
{
    public ValueTask Show(Step step, CancellationToken cancellation) => default;

    public async ValueTask End(Generation generation, CancellationToken cancellation)
    {
        http.Response.ContentType = "application/json";
        Write(http.Response.BodyWriter, head, generation, request);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public ValueTask Fail(ApiError error, CancellationToken cancellation) => new(error.Write(http));

    public static void Write(IBufferWriter<byte> output, AnswerHead head, Generation generation, ChatCompletionRequest request) =>
        Write(output, head, request, generation.Request.Output, generation.Choices, generation.Usage(), withLogprobs: generation.Request.Sampling.Logprobs is not null);

    public static void Write(IBufferWriter<byte> output, AnswerHead head, ChatCompletionRequest request, OutputPlan plan, IEnumerable<ChoiceProgress> choices, TokenUsage usage, bool withLogprobs)
    {
        var reasoning = 0;
        List<ChatChoice> said = [.. choices.Select((choice, i) => Choice(plan, head.Id, request, choice, i, withLogprobs, ref reasoning))];
        ChatCompletionBody.Write(output, head, said, usage with { Reasoning = reasoning });
    }

    private static ChatChoice Choice(OutputPlan plan, string id, ChatCompletionRequest request, ChoiceProgress choice, int index, bool withLogprobs, ref int reasoning)
    {
        var parts = new OutputParts();
        var parser = plan.Parser(id, index, parts);
        var start = 0;
        foreach (var end in choice.TextEnds)
        {
            if (end > start) parser.Append(choice.Text.Span[start..end]);
            reasoning += parts.Thinks ? 1 : 0;
            start = end;
        }

        parser.Append(choice.Text.Span[start..]);
        parser.End();
        var calls = parts.Calls;
        return new ChatChoice(parts.Said, choice.Finish.ForClient(request.Tools, calls.Count), withLogprobs ? (choice.Logprobs ?? []).ToWire() : null)
        {
            Reasoning = parts.Thought,
            Calls = calls,
            Legacy = request.Tools is { Legacy: true },
        };
    }
}

internal static class ChatFigures
{
    public static AnswerHead Head(this Generation generation) => new(generation.Id, generation.StartedAt.ToUnixTimeSeconds(), generation.Model.Id, generation.Model.SystemFingerprint, generation.Request.ServiceTier);

    public static TokenUsage Usage(this Generation generation) => new(generation.Started?.PromptTokens ?? 0, generation.Started?.CachedTokens ?? 0, generation.CompletionTokens) { Accepted = generation.AcceptedTokens, Rejected = generation.RejectedTokens };

    public static ChatFinish ForClient(this FinishReason? reason) => reason == FinishReason.Stop ? ChatFinish.Stop : ChatFinish.Length;

    /// <summary>As recorded: a call of a function that the request names ends with <c>stop</c>, other calls with <c>tool_calls</c>.</summary>
    public static ChatFinish ForClient(this FinishReason? reason, ToolFields? tools, int calls) => reason.ForClient() switch
    {
        ChatFinish.Stop when calls > 0 && tools is { Legacy: true, Mode: not ToolMode.Named } => ChatFinish.FunctionCall,
        ChatFinish.Stop when calls > 0 && tools is not { Mode: ToolMode.Named } => ChatFinish.ToolCalls,
        var other => other,
    };
}
