using System.Buffers;
using System.Security.Cryptography;

namespace Platform.OpenAi.Json;

/// <summary>Padding that hides how long a chunk's text is from whoever sees only sizes: together they fill up steps of 16 bytes.</summary>
internal static class Obfuscation
{
    private const int Step = 16;

    public static void Write(IBufferWriter<byte> output, int textLength)
    {
        output.Write(",\"obfuscation\":\""u8);
        Span<byte> padding = stackalloc byte[Step];
        padding = padding[..(Step - (textLength % Step))];
        RandomNumberGenerator.GetItems("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8, padding);
        output.Write(padding);
        output.Write("\""u8);
    }
}
