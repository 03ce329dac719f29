using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Logprobs;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Streaming;

namespace Platform.OpenAi.Chat;

/// <summary>Writes the events of one streamed chat completion. What all chunks share is formatted once; a token allocates nothing.</summary>
/// <param name="options">With usage every chunk carries a <c>usage</c> key, null until the last.</param>
/// <param name="ids">Numbers the events; those the client has are not written.</param>
/// <param name="logprobs">Whether chunks tell log-probabilities.</param>
public sealed class ChatChunkWriter(AnswerHead head, StreamOptions options, EventIds ids, bool logprobs = false)
{
    private static readonly IReadOnlyList<TokenLogprob> None = [];

    private readonly byte[] start = Encoding.UTF8.GetBytes(
        $"data: {{\"id\":\"{head.Id}\",\"object\":\"chat.completion.chunk\",\"created\":{head.Created},\"model\":\"{JsonEncodedText.Encode(head.Model)}\","
        + $"\"service_tier\":\"{head.ServiceTier}\",\"system_fingerprint\":\"{head.SystemFingerprint}\",\"choices\":[");

    /// <summary>Starts a choice: the role and nothing else.</summary>
    public void Role(IBufferWriter<byte> output, int choice)
    {
        if (!Open(output, choice)) return;
        output.Write("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"u8);
        Close(output, null, logprobs ? None : null, 0);
    }

    /// <summary>What has been used so far, for chunks that say so.</summary>
    public TokenUsage Used { get; set; }

    /// <param name="text">UTF-8, whole characters.</param>
    /// <param name="tokens">Those whose text it is, where log-probabilities are told.</param>
    public void Content(IBufferWriter<byte> output, int choice, ReadOnlySpan<byte> text, IReadOnlyList<TokenLogprob>? tokens = null)
    {
        if (!Open(output, choice)) return;
        output.Write("{\"content\":\""u8);
        output.WriteEscaped(text);
        output.Write("\"}"u8);
        Close(output, null, logprobs ? tokens ?? None : null, text.Length);
    }

    /// <inheritdoc cref="Content"/>
    public void Reasoning(IBufferWriter<byte> output, int choice, ReadOnlySpan<byte> text, IReadOnlyList<TokenLogprob>? tokens = null)
    {
        if (!Open(output, choice)) return;
        output.Write("{\"reasoning_content\":\""u8);
        output.WriteEscaped(text);
        output.Write("\"}"u8);
        Close(output, null, logprobs ? tokens ?? None : null, text.Length);
    }

    /// <summary>Begins a call.</summary>
    /// <param name="legacy">As <c>function_call</c>.</param>
    public void ToolCall(IBufferWriter<byte> output, int choice, int index, string id, string name, bool legacy)
    {
        if (!Open(output, choice)) return;
        if (legacy)
        {
            output.Write("{\"function_call\":{\"name\":"u8);
        }
        else
        {
            output.Write("{\"tool_calls\":[{\"index\":"u8);
            output.WriteNumber(index);
            output.Write(Encoding.UTF8.GetBytes($",\"id\":\"{JsonEncodedText.Encode(id)}\",\"type\":\"function\",\"function\":{{\"name\":"));
        }

        output.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(name)}\",\"arguments\":\"\"}}"));
        output.Write(legacy ? "}"u8 : "}]}"u8);
        Close(output, null, null, 0);
    }

    /// <param name="json">A piece of the arguments' text.</param>
    public void Arguments(IBufferWriter<byte> output, int choice, int index, ReadOnlySpan<byte> json, bool legacy)
    {
        if (!Open(output, choice)) return;
        if (legacy)
        {
            output.Write("{\"function_call\":{\"arguments\":\""u8);
        }
        else
        {
            output.Write("{\"tool_calls\":[{\"index\":"u8);
            output.WriteNumber(index);
            output.Write(",\"function\":{\"arguments\":\""u8);
        }

        output.WriteEscaped(json);
        output.Write(legacy ? "\"}}"u8 : "\"}}]}"u8);
        Close(output, null, null, json.Length);
    }

    public void Finish(IBufferWriter<byte> output, int choice, ChatFinish reason)
    {
        if (!Open(output, choice)) return;
        output.Write("{}"u8);
        Close(output, reason, null, 0);
    }

    /// <summary>The chunk without choices, which counts with the last of them; to be written only where usage was asked for.</summary>
    public void Usage(IBufferWriter<byte> output, int lastChoice, TokenUsage usage)
    {
        if (!ids.Next(lastChoice)) return;
        ids.Write(output);
        output.Write(start);
        output.Write("],\"usage\":"u8);
        UsageBody.Write(output, usage);
        End(output, 0);
    }

    public static void Done(IBufferWriter<byte> output) => output.Write("data: [DONE]\n\n"u8);

    /// <summary>A comment that keeps the connection alive.</summary>
    public static void Ping(IBufferWriter<byte> output) => output.Write(": ping\n\n"u8);

    /// <summary>Ends a stream that has begun but can't go on.</summary>
    public static void Error(IBufferWriter<byte> output, ApiError error)
    {
        output.Write("data: "u8);
        ErrorBody.Write(output, error);
        output.Write("\n\n"u8);
    }

    private bool Open(IBufferWriter<byte> output, int choice)
    {
        if (!ids.Next(choice)) return false;
        ids.Write(output);
        output.Write(start);
        output.Write("{\"index\":"u8);
        output.WriteNumber(choice);
        output.Write(",\"delta\":"u8);
        return true;
    }

    private void Close(IBufferWriter<byte> output, ChatFinish? reason, IReadOnlyList<TokenLogprob>? tokens, int size)
    {
        output.Write(",\"logprobs\":"u8);
        output.WriteLogprobs(tokens);
        output.Write(",\"finish_reason\":"u8);
        output.Write(reason.Json());
        output.Write("}]"u8);
        if (options.ContinuousUsage)
        {
            output.Write(",\"usage\":"u8);
            UsageBody.Write(output, Used);
        }
        else if (options.IncludeUsage)
        {
            output.Write(",\"usage\":null"u8);
        }

        End(output, size);
    }

    private void End(IBufferWriter<byte> output, int size)
    {
        if (options.Obfuscate) Obfuscation.Write(output, size);
        output.Write("}\n\n"u8);
    }
}
