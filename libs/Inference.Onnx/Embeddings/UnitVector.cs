using System.Numerics.Tensors;

namespace Platform.Inference.Onnx.Embeddings;

public static class UnitVector
{
    /// <summary>Scales to the Euclidean length 1; a vector of zeros stays one.</summary>
    public static void Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0) TensorPrimitives.Divide(vector, length, vector);
    }
}
