using System.Buffers;
using System.Buffers.Text;

namespace Platform.OpenAi.Json;

/// <summary>Writes JSON strings from UTF-8, escaping only what JSON demands: quotes, backslashes and control characters.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    public static void WriteEscaped(this IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        while (utf8.IndexOfAny(Escaped) is >= 0 and var at)
        {
            output.Write(utf8[..at]);
            WriteEscape(output, utf8[at]);
            utf8 = utf8[(at + 1)..];
        }

        output.Write(utf8);
    }

    public static void WriteNumber(this IBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    private static void WriteEscape(IBufferWriter<byte> output, byte code)
    {
        switch (code)
        {
            case (byte)'"': output.Write("\\\""u8); break;
            case (byte)'\\': output.Write("\\\\"u8); break;
            case (byte)'\n': output.Write("\\n"u8); break;
            case (byte)'\r': output.Write("\\r"u8); break;
            case (byte)'\t': output.Write("\\t"u8); break;
            default:
                output.Write("\\u00"u8);
                output.Write([Hex(code >> 4), Hex(code & 15)]);
                break;
        }
    }

    private static byte Hex(int digit) => "0123456789abcdef"u8[digit];
}
