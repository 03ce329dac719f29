using System.Text.Json;

namespace Platform.Inference.Onnx.Tests;

/// <summary>Token ids and float32 embeddings of all-MiniLM-L6-v2 by the reference implementations.</summary>
internal sealed record Golden(string Text, int[] InputIds, float[] Embedding)
{
    /// <summary>Sequences of the reference end here, the last token kept.</summary>
    public const int MaxLength = 256;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Document(Golden[] Cases);

    public static Golden[] Cases { get; } = JsonSerializer.Deserialize<Document>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "minilm.json")), Json)!.Cases;
}
