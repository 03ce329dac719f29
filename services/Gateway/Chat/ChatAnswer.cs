using System.Buffers;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Chat;

/// <summary>An answer as one <c>chat.completion</c> object.</summary>
internal sealed class ChatAnswer(HttpContext http, AnswerHead head) : IAnswer
{
    public ValueTask Show(Step step, CancellationToken cancellation) => default;

    public async ValueTask End(Generation generation, CancellationToken cancellation)
    {
        http.Response.ContentType = "application/json";
        Write(http.Response.BodyWriter, head, generation);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public ValueTask Fail(ApiError error, CancellationToken cancellation) => new(error.Write(http));

    public static void Write(IBufferWriter<byte> output, AnswerHead head, Generation generation) =>
        ChatCompletionBody.Write(output, head, [.. generation.Choices.Select(choice => new ChatChoice(choice.Text, choice.Finish.ForClient(), generation.Request.Sampling.Logprobs is null ? null : (choice.Logprobs ?? []).ToWire()))], generation.Usage());
}

internal static class ChatFigures
{
    public static AnswerHead Head(this Generation generation) => new(generation.Id, generation.StartedAt.ToUnixTimeSeconds(), generation.Model.Id, generation.Model.SystemFingerprint, generation.Request.ServiceTier);

    public static TokenUsage Usage(this Generation generation) => new(generation.Started?.PromptTokens ?? 0, generation.Started?.CachedTokens ?? 0, generation.CompletionTokens);

    public static ChatFinish ForClient(this FinishReason? reason) => reason == FinishReason.Stop ? ChatFinish.Stop : ChatFinish.Length;
}
