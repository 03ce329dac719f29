using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Json;
using Platform.OpenAi.Logprobs;

namespace Platform.OpenAi.Chat;

/// <param name="Text">UTF-8.</param>
/// <param name="Logprobs">One for each token that is seen; null where they were not asked for.</param>
public readonly record struct ChatChoice(ReadOnlyMemory<byte> Text, ChatFinish Finish, IReadOnlyList<TokenLogprob>? Logprobs = null)
{
    /// <summary>UTF-8 of what the model thought; empty: nothing.</summary>
    public ReadOnlyMemory<byte> Reasoning { get; init; }

    public IReadOnlyList<ChatToolCall> Calls { get; init; } = [];

    /// <summary>Whether the call is told as <c>function_call</c>.</summary>
    public bool Legacy { get; init; }
}

/// <param name="Arguments">UTF-8 JSON.</param>
public readonly record struct ChatToolCall(string Id, string Name, ReadOnlyMemory<byte> Arguments);

/// <summary>The <c>chat.completion</c> object, keys and nulls as the API has them.</summary>
public static class ChatCompletionBody
{
    public static void Write(IBufferWriter<byte> output, AnswerHead head, IReadOnlyList<ChatChoice> choices, TokenUsage usage)
    {
        output.Write(Encoding.UTF8.GetBytes(
            $"{{\"id\":\"{head.Id}\",\"object\":\"chat.completion\",\"created\":{head.Created},\"model\":\"{JsonEncodedText.Encode(head.Model)}\",\"choices\":["));
        for (var i = 0; i < choices.Count; i++)
        {
            output.Write(i == 0 ? "{\"index\":"u8 : ",{\"index\":"u8);
            output.WriteNumber(i);
            output.Write(",\"message\":"u8);
            WriteMessage(output, choices[i]);
            output.Write(",\"logprobs\":"u8);
            output.WriteLogprobs(choices[i].Logprobs);
            output.Write(",\"finish_reason\":"u8);
            output.Write(((ChatFinish?)choices[i].Finish).Json());
            output.Write("}"u8);
        }

        output.Write("],\"usage\":"u8);
        UsageBody.Write(output, usage);
        output.Write(Encoding.UTF8.GetBytes($",\"service_tier\":\"{head.ServiceTier}\",\"system_fingerprint\":\"{head.SystemFingerprint}\"}}"));
    }

    private static void WriteMessage(IBufferWriter<byte> output, ChatChoice choice)
    {
        output.Write("{\"role\":\"assistant\",\"content\":"u8);
        if (choice.Calls.Count > 0 && choice.Text.Length == 0) output.Write("null"u8);
        else WriteText(output, choice.Text.Span);
        if (choice.Reasoning.Length > 0)
        {
            output.Write(",\"reasoning_content\":"u8);
            WriteText(output, choice.Reasoning.Span);
        }

        if (choice is { Legacy: true, Calls: [var only, ..] })
        {
            output.Write(",\"function_call\":"u8);
            WriteFunction(output, only);
        }
        else if (choice.Calls.Count > 0)
        {
            for (var i = 0; i < choice.Calls.Count; i++)
            {
                output.Write(Encoding.UTF8.GetBytes($"{(i == 0 ? ",\"tool_calls\":[" : ",")}{{\"id\":\"{JsonEncodedText.Encode(choice.Calls[i].Id)}\",\"type\":\"function\",\"function\":"));
                WriteFunction(output, choice.Calls[i]);
                output.Write("}"u8);
            }

            output.Write("]"u8);
        }

        output.Write(",\"refusal\":null,\"annotations\":[]}"u8);
    }

    private static void WriteFunction(IBufferWriter<byte> output, ChatToolCall call)
    {
        output.Write(Encoding.UTF8.GetBytes($"{{\"name\":\"{JsonEncodedText.Encode(call.Name)}\",\"arguments\":"));
        WriteText(output, call.Arguments.Span);
        output.Write("}"u8);
    }

    private static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        output.Write("\""u8);
        output.WriteEscaped(utf8);
        output.Write("\""u8);
    }
}
