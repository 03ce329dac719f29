using System.Text;
using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Completions;

namespace Platform.Gateway.Completions;

/// <summary>The one translator from the wire of completions to generations: one for each prompt.</summary>
internal static class CompletionTranslation
{
    public static GenerationRequest ToGeneration(this CompletionRequest request, CompletionPrompt prompt, ServedModel model, ApiKeyIdentity caller, ReadOnlyMemory<byte> body) => new()
    {
        IdPrefix = "cmpl-",
        Kind = "completion",
        Model = model,
        RequestedModel = request.Model,
        Caller = caller,
        Plain = new PlainPrompt(prompt.Text, prompt.Tokens, request.Suffix, request.Echo && (prompt.Tokens is not null || request.Logprobs is not null)),
        PromptBytes = (prompt.Tokens?.Length ?? Encoding.UTF8.GetByteCount(prompt.Text ?? "")) + Encoding.UTF8.GetByteCount(request.Suffix ?? ""),
        // which choices are best is told by their tokens' log-probabilities
        Sampling = request.Sampling.ToSampling(model, request.BestOf > request.Choices ? request.Logprobs ?? 0 : request.Logprobs),
        Choices = request.BestOf,
        MaxTokens = request.MaxTokens,
        Stop = request.Stop,
        User = request.User,
        Stream = request.Stream,
        Body = body,
    };
}
