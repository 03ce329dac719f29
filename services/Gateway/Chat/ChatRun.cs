using Platform.Contracts.Runs;
using Platform.OpenAi.Chat;

namespace Platform.Gateway.Chat;

/// <summary>The one translator from the wire's request to the worker's.</summary>
internal static class ChatRun
{
    public static RunChat Of(ChatCompletionRequest request, ServedModel model, string generationId, string projectId, long seed, string replyTo, DateTimeOffset deadline) => new()
    {
        GenerationId = generationId,
        Run = 1,
        ReplyTo = replyTo,
        Deadline = deadline,
        Model = model.Id,
        ProjectId = projectId,
        Conversation = new Conversation(request.Messages.Json),
        Sampling = new Sampling
        {
            Seed = seed,
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
        Allowance = 0,
        Stop = request.Stop,
    };
}
