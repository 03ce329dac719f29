using System.Buffers;

namespace Platform.OpenAi.Json;

/// <summary>Padding that hides how long a chunk's text is from whoever sees only sizes: together they fill up steps of 16 bytes. Its letters are always the same, so that a stream that is told again is equal.</summary>
internal static class Obfuscation
{
    private static ReadOnlySpan<byte> Padding => "kT3vQ9xLm2ZpR7aB"u8;

    public static void Write(IBufferWriter<byte> output, int textLength)
    {
        output.Write(",\"obfuscation\":\""u8);
        output.Write(Padding[..(Padding.Length - (textLength % Padding.Length))]);
        output.Write("\""u8);
    }
}
