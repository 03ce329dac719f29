using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Fixtures.Greedy;

/// <summary>
/// Greedy completions of the bundled model by llama.cpp's own programs on a processor of this one's kind:
/// its kernels for AVX-512 round otherwise than those up to AVX2, which moves log-probabilities of this small model by up to 0.4.
/// </summary>
/// <param name="TopLogprobs">For each step the likeliest tokens as [id, natural-log probability].</param>
public sealed record GreedyGolden(JsonArray Messages, string Prompt, int[] PromptTokens, int[] CompletionTokens, string Completion, string FinishReason, double[][][] TopLogprobs)
{
    /// <summary>Log-probabilities that lie closer than this may change places with the shape of the batch.</summary>
    public const float Tie = 0.05f;

    /// <summary>Tokens after which a completion is cut off.</summary>
    public const int MaxTokens = 48;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Document(GreedyGolden[] Cases);

    public static GreedyGolden[] Cases { get; } = JsonSerializer.Deserialize<Document>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Greedy", Avx512F.IsSupported ? "smollm2-greedy.json" : "smollm2-greedy-avx2.json")), Json)!.Cases;

    /// <summary>Steps before the first near tie: they are the same on every processor of the kind.</summary>
    public int SureSteps => TopLogprobs.TakeWhile(step => step[0][1] - step[1][1] >= Tie).Count();
}
