using System.Text;
using Platform.Inference.LlamaCpp;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.OnnxWorker.Models;

/// <summary>A GGUF model whose vectors llama.cpp pools; brought to unit length as all vectors are.</summary>
internal sealed class LlamaEmbeddingModel(LlamaModel model, LlamaEmbedder embedder) : IEmbeddingModel
{
    public int Dimensions => embedder.Dimensions;
    public int Vocabulary => model.Info.Vocabulary;

    public int[] Encode(string text, int most)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tokens = new int[Math.Max(16, utf8.Length)];
        var count = model.Tokenize(utf8, tokens, addSpecial: true, parseSpecial: false);
        if (count < 0)
        {
            tokens = new int[-count];
            count = model.Tokenize(utf8, tokens, addSpecial: true, parseSpecial: false);
        }

        return tokens[..count];
    }

    /// <summary>A client's tokens are taken as they are: which marks belong to them only the file's template would tell.</summary>
    public int[] Frame(ReadOnlySpan<int> tokens) => tokens.ToArray();

    /// <summary>The last token stays: it may be the mark that is pooled.</summary>
    public int[] Cut(ReadOnlySpan<int> tokens, int most) => [.. tokens[..(most - 1)], tokens[^1]];

    public float[] Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation)
    {
        var vectors = embedder.Embed(sequences, cancellation);
        for (var i = 0; i < sequences.Count; i++) UnitVector.Normalize(vectors.AsSpan(i * Dimensions, Dimensions));
        return vectors;
    }

    public void Dispose()
    {
        embedder.Dispose();
        model.Dispose();
    }
}
