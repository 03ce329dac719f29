using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.OpenAi.Embeddings;

namespace Platform.OpenAi.Tests.Embeddings;

public class EmbeddingsBodyTests
{
    private static readonly float[] Numbers = [0.1f, -1e-30f, 3.4028235e38f, 1.17549435e-38f, 16777217f, -0f, 1f / 3, 1e-45f];

    [Fact]
    public void It_has_the_recorded_shape()
    {
        var recorded = Recordings.Exchange("Embeddings/GenerateMultipleEmbeddings(UsingIntegers)").GetProperty("response");
        Assert.Equal(JsonShape.Of(recorded), JsonShape.Of(Write(base64: true)));
    }

    [Fact]
    public void Numbers_and_base64_hold_the_same_bits()
    {
        var numbers = Write(base64: false).GetProperty("data").EnumerateArray().SelectMany(one => one.GetProperty("embedding").EnumerateArray()).Select(number => number.GetSingle());
        var packed = Write(base64: true).GetProperty("data").EnumerateArray().SelectMany(one => MemoryMarshal.Cast<byte, float>(one.GetProperty("embedding").GetBytesFromBase64()).ToArray());
        Assert.Equal(Numbers.Select(BitConverter.SingleToInt32Bits), numbers.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Numbers.Select(BitConverter.SingleToInt32Bits), packed.Select(BitConverter.SingleToInt32Bits));
    }

    private static JsonElement Write(bool base64)
    {
        var output = new ArrayBufferWriter<byte>();
        EmbeddingsBody.Write(output, "a/\"model\"", Numbers, 4, base64, 7);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }
}
