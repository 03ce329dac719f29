using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Logprobs;

/// <summary>Log-probabilities as chat completions and responses write them.</summary>
public static class LogprobsJson
{
    /// <summary>The <c>logprobs</c> object of a choice; null where none were asked for.</summary>
    internal static void WriteLogprobs(this IBufferWriter<byte> output, IReadOnlyList<TokenLogprob>? tokens)
    {
        if (tokens is null)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("{\"content\":"u8);
        WriteList(output, tokens);
        output.Write(",\"refusal\":null}"u8);
    }

    /// <summary>One token's <c>{token, logprob, bytes, top_logprobs}</c>.</summary>
    public static string Of(TokenLogprob token)
    {
        var output = new ArrayBufferWriter<byte>(256);
        WriteList(output, [token]);
        return Encoding.UTF8.GetString(output.WrittenSpan[1..^1]);
    }

    /// <summary>An array of <c>{token, logprob, bytes, top_logprobs}</c>.</summary>
    public static void WriteList(IBufferWriter<byte> output, IReadOnlyList<TokenLogprob> tokens)
    {
        output.Write("["u8);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            WriteToken(output, tokens[i].Logprob, tokens[i].Bytes.Span);
            output.Write(",\"top_logprobs\":["u8);
            for (var k = 0; k < tokens[i].Top.Count; k++)
            {
                if (k > 0) output.Write(","u8);
                WriteToken(output, tokens[i].Top[k].Logprob, tokens[i].Top[k].Bytes.Span);
                output.Write("}"u8);
            }

            output.Write("]}"u8);
        }

        output.Write("]"u8);
    }

    /// <summary>A token's text; one that is no text by itself is spelled as its bytes, <c>\xe2\x80</c>, as OpenAI does.</summary>
    internal static void WriteText(this IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        output.Write("\""u8);
        if (Utf8.IsValid(bytes)) output.WriteEscaped(bytes);
        else foreach (var one in bytes) output.Write(Encoding.ASCII.GetBytes($"\\\\x{one:x2}"));
        output.Write("\""u8);
    }

    internal static void WriteNumber(this IBufferWriter<byte> output, float number)
    {
        number.TryFormat(output.GetSpan(32), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void WriteToken(IBufferWriter<byte> output, float logprob, ReadOnlySpan<byte> bytes)
    {
        output.Write("{\"token\":"u8);
        output.WriteText(bytes);
        output.Write(",\"logprob\":"u8);
        output.WriteNumber(logprob);
        output.Write(",\"bytes\":["u8);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            JsonText.WriteNumber(output, bytes[i]);
        }

        output.Write("]"u8);
    }
}
