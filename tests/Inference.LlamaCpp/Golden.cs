using System.Text.Json;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Greedy completions of the bundled model by llama.cpp's own programs.</summary>
/// <param name="TopLogprobs">For each step the likeliest tokens as [id, natural-log probability].</param>
internal sealed record Golden(string Prompt, int[] PromptTokens, int[] CompletionTokens, string Completion, string FinishReason, double[][][] TopLogprobs)
{
    /// <summary>Log-probabilities that lie closer than this may change places with the machine and the batch.</summary>
    public const float Tie = 0.05f;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Document(Golden[] Cases);

    public static Golden[] Cases { get; } = JsonSerializer.Deserialize<Document>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "smollm2-greedy.json")), Json)!.Cases;

    /// <summary>Steps before the first near tie: they are the same everywhere.</summary>
    public int SureSteps => TopLogprobs.TakeWhile(step => step[0][1] - step[1][1] >= Tie).Count();
}
