using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Platform.Inference.Onnx;

/// <summary>Carries float32 numbers to and from graphs whose tensors may be float16.</summary>
public static class FloatTensor
{
    /// <summary>A tensor of the type a graph wants. A float32 one shares <paramref name="values"/> without a copy.</summary>
    public static OrtValue Create(Memory<float> values, ReadOnlySpan<long> shape, TensorElementType type)
    {
        switch (type)
        {
            case TensorElementType.Float:
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape.ToArray());
            case TensorElementType.Float16:
                var halves = new Half[values.Length];
                TensorPrimitives.ConvertToHalf(values.Span, halves);
                return OrtValue.CreateTensorValueFromMemory(System.Runtime.InteropServices.MemoryMarshal.Cast<Half, Float16>(halves.AsSpan()).ToArray(), shape.ToArray());
            case TensorElementType.Int64:
                return OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values.ToArray(), v => (long)v), shape.ToArray());
            default:
                throw new NotSupportedException($"An input of type {type} is not one of float, float16, int64.");
        }
    }

    /// <summary>Copies numbers of a float32 or float16 tensor out, from a place on as many as there is room for.</summary>
    public static void Read(OrtValue tensor, Span<float> into, int from = 0)
    {
        if (tensor.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float16)
            TensorPrimitives.ConvertToSingle(System.Runtime.InteropServices.MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>().Slice(from, into.Length)), into);
        else
            tensor.GetTensorDataAsSpan<float>().Slice(from, into.Length).CopyTo(into);
    }

    public static float[] Read(OrtValue tensor)
    {
        var values = new float[tensor.GetTensorTypeAndShape().ElementCount];
        Read(tensor, values);
        return values;
    }
}
