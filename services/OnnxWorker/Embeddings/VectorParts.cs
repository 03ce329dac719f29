using System.Runtime.InteropServices;
using Platform.Contracts.Embeddings;

namespace Platform.OnnxWorker.Embeddings;

internal static class VectorParts
{
    /// <summary>Far below what a broker takes in one message.</summary>
    private const int MostBytes = 2 * 1024 * 1024;

    /// <summary>Cuts vectors into messages of a fair size.</summary>
    public static IReadOnlyList<EmbeddingAnswer> Of(EmbeddingAnswer head, float[] vectors)
    {
        var bytes = MemoryMarshal.AsBytes(vectors.AsSpan());
        var size = head.Dimensions * sizeof(float);
        var (inputs, most) = (bytes.Length / size, Math.Max(1, MostBytes / size));
        var parts = new List<EmbeddingAnswer>();
        for (var from = 0; from < inputs; from += most)
        {
            parts.Add(head with { From = from, Vectors = bytes.Slice(from * size, Math.Min(most, inputs - from) * size).ToArray() });
        }

        return parts;
    }
}
