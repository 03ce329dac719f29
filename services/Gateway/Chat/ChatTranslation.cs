using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;

namespace Platform.Gateway.Chat;

/// <summary>The one translator from the wire of chat completions to a generation.</summary>
internal static class ChatTranslation
{
    public static GenerationRequest ToGeneration(this ChatCompletionRequest request, ServedModel model, ApiKeyIdentity caller, ReadOnlyMemory<byte> body) => new()
    {
        IdPrefix = "chatcmpl-",
        Kind = "chat",
        Model = model,
        RequestedModel = request.Model,
        Caller = caller,
        Conversation = new Conversation(request.Messages.Json),
        PromptBytes = request.Messages.Bytes,
        Sampling = new Sampling
        {
            Seed = request.Seed ?? Random.Shared.NextInt64(),
            Temperature = request.Temperature ?? 1,
            TopP = request.TopP ?? 1,
            TopK = request.TopK ?? 0,
            MinP = request.MinP ?? 0,
            PresencePenalty = request.PresencePenalty ?? 0,
            FrequencyPenalty = request.FrequencyPenalty ?? 0,
            RepeatPenalty = request.RepeatPenalty ?? 1,
        },
        Choices = request.Choices,
        MaxTokens = request.MaxTokens ?? model.Entry.DefaultOutputTokens,
        Stop = request.Stop,
        User = request.User ?? "",
        Stream = request.Stream,
        KeepContent = request.KeepContent,
        Body = body,
    };
}
