using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Embeddings;

/// <summary>The answer of <c>POST /v1/embeddings</c>.</summary>
public static class EmbeddingsBody
{
    /// <param name="vectors">One after another.</param>
    /// <param name="base64">As base64 of float32 little-endian, else as numbers that read back to the same bits.</param>
    public static void Write(IBufferWriter<byte> output, string model, ReadOnlySpan<float> vectors, int dimensions, bool base64, int promptTokens)
    {
        output.Write("{\"object\":\"list\",\"data\":["u8);
        for (var index = 0; index * dimensions < vectors.Length; index++)
        {
            output.Write(index == 0 ? "{\"object\":\"embedding\",\"index\":"u8 : ",{\"object\":\"embedding\",\"index\":"u8);
            output.WriteNumber(index);
            output.Write(",\"embedding\":"u8);
            var vector = vectors.Slice(index * dimensions, dimensions);
            if (base64) WriteBase64(output, vector);
            else WriteNumbers(output, vector);
            output.Write("}"u8);
        }

        output.Write(Encoding.UTF8.GetBytes($"],\"model\":\"{JsonEncodedText.Encode(model)}\",\"usage\":{{\"prompt_tokens\":{promptTokens},\"total_tokens\":{promptTokens}}}}}"));
    }

    private static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<float> vector)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector);
        output.Write("\""u8);
        Base64.EncodeToUtf8(bytes, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        output.Advance(written);
        output.Write("\""u8);
    }

    private static void WriteNumbers(IBufferWriter<byte> output, ReadOnlySpan<float> vector)
    {
        output.Write("["u8);
        for (var i = 0; i < vector.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            vector[i].TryFormat(output.GetSpan(32), out var written, provider: System.Globalization.CultureInfo.InvariantCulture); // the shortest that reads back the same
            output.Advance(written);
        }

        output.Write("]"u8);
    }
}
