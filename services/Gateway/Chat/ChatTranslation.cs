using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;

namespace Platform.Gateway.Chat;

/// <summary>The one translator from the wire of chat completions to a generation.</summary>
internal static class ChatTranslation
{
    public const string IdPrefix = "chatcmpl-";

    public static GenerationRequest ToGeneration(this ChatCompletionRequest request, ServedModel model, ApiKeyIdentity caller, ReadOnlyMemory<byte> body) => new()
    {
        IdPrefix = IdPrefix,
        Kind = "chat",
        Model = model,
        RequestedModel = request.Model,
        Caller = caller,
        Conversation = new Conversation(request.Messages.Json, null, request.TemplateArguments, request.AddGenerationPrompt, request.ContinueFinal),
        PromptBytes = request.Messages.Bytes + (request.TemplateArguments?.Length ?? 0) * 3,
        Sampling = request.Sampling.ToSampling(model, request.Logprobs),
        Choices = request.Choices,
        MaxTokens = request.MaxTokens ?? model.Entry.DefaultOutputTokens,
        Stop = request.Stop,
        Prediction = request.Prediction,
        User = request.User ?? "",
        Stream = request.Stream,
        ServiceTier = request.ServiceTier,
        KeepContent = request.KeepContent,
        Store = request.Store,
        Body = body,
    };
}
