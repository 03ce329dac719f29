namespace Platform.Inference.Onnx.Embeddings;

/// <summary>Makes vectors of token sequences, many in one run.</summary>
public interface IEmbedder
{
    /// <summary>Length of a vector.</summary>
    int Dimensions { get; }

    /// <summary>One vector of unit length a sequence, one after another. Not empty; called by one thread at a time.</summary>
    float[] Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation);
}
