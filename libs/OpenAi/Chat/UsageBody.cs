using System.Buffers;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Chat;

internal static class UsageBody
{
    public static void Write(IBufferWriter<byte> output, TokenUsage usage)
    {
        output.Write("{\"prompt_tokens\":"u8);
        output.WriteNumber(usage.Prompt);
        output.Write(",\"completion_tokens\":"u8);
        output.WriteNumber(usage.Completion);
        output.Write(",\"total_tokens\":"u8);
        output.WriteNumber((long)usage.Prompt + usage.Completion);
        output.Write(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        output.WriteNumber(usage.Cached);
        output.Write(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        output.WriteNumber(usage.Reasoning);
        output.Write(",\"audio_tokens\":0,\"accepted_prediction_tokens\":"u8);
        output.WriteNumber(usage.Accepted);
        output.Write(",\"rejected_prediction_tokens\":"u8);
        output.WriteNumber(usage.Rejected);
        output.Write("}}"u8);
    }
}
