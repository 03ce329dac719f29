using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Json;
using Platform.OpenAi.Logprobs;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Completions;

/// <summary>The <c>text_completion</c> object, whole or as the events of a stream, which have the same shape.</summary>
public sealed class CompletionWriter(AnswerHead head, StreamOptions options)
{
    private readonly byte[] start = Encoding.UTF8.GetBytes(
        $"{{\"id\":\"{head.Id}\",\"object\":\"text_completion\",\"created\":{head.Created},\"model\":\"{JsonEncodedText.Encode(head.Model)}\",\"choices\":[");

    private readonly byte[] fingerprint = Encoding.UTF8.GetBytes($"],\"system_fingerprint\":\"{head.SystemFingerprint}\"");

    public void Whole(IBufferWriter<byte> output, IReadOnlyList<CompletionChoice> choices, TokenUsage usage)
    {
        output.Write(start);
        for (var i = 0; i < choices.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            Write(output, choices[i]);
        }

        output.Write(fingerprint);
        output.Write(",\"usage\":"u8);
        UsageBody.Write(output, usage);
        output.Write("}"u8);
    }

    public void Chunk(IBufferWriter<byte> output, CompletionChoice choice)
    {
        output.Write("data: "u8);
        output.Write(start);
        Write(output, choice);
        output.Write(fingerprint);
        output.Write(options.IncludeUsage ? ",\"usage\":null}\n\n"u8 : "}\n\n"u8);
    }

    /// <summary>The event without choices; to be written only where usage was asked for.</summary>
    public void Usage(IBufferWriter<byte> output, TokenUsage usage)
    {
        output.Write("data: "u8);
        output.Write(start);
        output.Write(fingerprint);
        output.Write(",\"usage\":"u8);
        UsageBody.Write(output, usage);
        output.Write("}\n\n"u8);
    }

    private static void Write(IBufferWriter<byte> output, CompletionChoice choice)
    {
        output.Write("{\"text\":\""u8);
        output.WriteEscaped(choice.Text.Span);
        output.Write("\",\"index\":"u8);
        JsonText.WriteNumber(output, choice.Index);
        output.Write(",\"logprobs\":"u8);
        if (choice.Logprobs is { } tokens) Write(output, tokens, choice.Offset);
        else output.Write("null"u8);
        output.Write(",\"finish_reason\":"u8);
        output.Write(choice.Finish.Json());
        output.Write("}"u8);
    }

    private static void Write(IBufferWriter<byte> output, IReadOnlyList<CompletionToken> tokens, int offset)
    {
        output.Write("{\"tokens\":["u8);
        List(output, tokens, static (output, token) => Text(output, token.Bytes.Span));
        output.Write("],\"token_logprobs\":["u8);
        List(output, tokens, static (output, token) =>
        {
            if (token.Logprob is { } logprob) output.WriteNumber(logprob.Logprob);
            else output.Write("null"u8);
        });
        output.Write("],\"top_logprobs\":["u8);
        List(output, tokens, Top);
        output.Write("],\"text_offset\":["u8);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            JsonText.WriteNumber(output, offset);
            offset += Characters(tokens[i].Bytes.Span);
        }

        output.Write("]}"u8);
    }

    /// <summary>The likeliest tokens, and the token itself where it is not one of them.</summary>
    private static void Top(IBufferWriter<byte> output, CompletionToken token)
    {
        if (token.Logprob is not { } logprob)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("{"u8);
        var own = false;
        for (var i = 0; i < logprob.Top.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            own |= logprob.Top[i].Bytes.Span.SequenceEqual(token.Bytes.Span);
            Text(output, logprob.Top[i].Bytes.Span);
            output.Write(":"u8);
            output.WriteNumber(logprob.Top[i].Logprob);
        }

        if (!own)
        {
            if (logprob.Top.Count > 0) output.Write(","u8);
            Text(output, token.Bytes.Span);
            output.Write(":"u8);
            output.WriteNumber(logprob.Logprob);
        }

        output.Write("}"u8);
    }

    /// <summary>A token that is no text by itself is written as <c>bytes:\xe2\x80</c>, as OpenAI does here.</summary>
    private static void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            output.WriteText(bytes);
            return;
        }

        output.Write("\"bytes:"u8);
        foreach (var one in bytes) output.Write(Encoding.ASCII.GetBytes($"\\\\x{one:x2}"));
        output.Write("\""u8);
    }

    /// <summary>Characters that begin in these bytes.</summary>
    public static int Characters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var one in utf8) count += (one & 0xc0) == 0x80 ? 0 : 1;
        return count;
    }

    private static void List(IBufferWriter<byte> output, IReadOnlyList<CompletionToken> tokens, Action<IBufferWriter<byte>, CompletionToken> write)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            write(output, tokens[i]);
        }
    }
}
