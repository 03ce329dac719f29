using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Json;
using Platform.OpenAi.Logprobs;

namespace Platform.OpenAi.Chat;

/// <param name="Text">UTF-8.</param>
/// <param name="Logprobs">One for each token that is seen; null where they were not asked for.</param>
public readonly record struct ChatChoice(ReadOnlyMemory<byte> Text, ChatFinish Finish, IReadOnlyList<TokenLogprob>? Logprobs = null);

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
            output.Write(",\"message\":{\"role\":\"assistant\",\"content\":\""u8);
            output.WriteEscaped(choices[i].Text.Span);
            output.Write("\",\"refusal\":null,\"annotations\":[]},\"logprobs\":"u8);
            output.WriteLogprobs(choices[i].Logprobs);
            output.Write(",\"finish_reason\":"u8);
            output.Write(((ChatFinish?)choices[i].Finish).Json());
            output.Write("}"u8);
        }

        output.Write("],\"usage\":"u8);
        UsageBody.Write(output, usage);
        output.Write(Encoding.UTF8.GetBytes($",\"service_tier\":\"{head.ServiceTier}\",\"system_fingerprint\":\"{head.SystemFingerprint}\"}}"));
    }
}
