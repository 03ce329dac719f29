using Platform.Inference.LlamaCpp;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.OnnxWorker.Models;

/// <summary>A GGUF model whose vectors llama.cpp pools; brought to unit length as all vectors are.</summary>
/// <param name="ranks">Whether it makes no vectors but tells how well a document answers a query.</param>
internal sealed class LlamaEmbeddingModel(LlamaModel model, LlamaEmbedder embedder, bool ranks) : IEmbeddingModel
{
    public int Dimensions => embedder.Dimensions;
    public int Vocabulary => model.Info.Vocabulary;

    public int[] Encode(string text, int most) => model.Tokens(text, addSpecial: true, parseSpecial: false);

    public int[] Pair(string query, string document) => model.Pair(query, document);

    /// <summary>A client's tokens are taken as they are: which marks belong to them only the file's template would tell.</summary>
    public int[] Frame(ReadOnlySpan<int> tokens) => tokens.ToArray();

    /// <summary>The last token stays: it may be the mark that is pooled.</summary>
    public int[] Cut(ReadOnlySpan<int> tokens, int most) => [.. tokens[..(most - 1)], tokens[^1]];

    public float[] Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation)
    {
        var vectors = embedder.Embed(sequences, cancellation);
        for (var i = 0; !ranks && i < sequences.Count; i++) UnitVector.Normalize(vectors.AsSpan(i * Dimensions, Dimensions));
        return vectors;
    }

    public void Dispose()
    {
        embedder.Dispose();
        model.Dispose();
    }
}
