namespace Platform.OpenAi.Chat;

/// <summary><c>finish_reason</c> of a choice.</summary>
public enum ChatFinish { Stop, Length, ToolCalls, FunctionCall }

internal static class ChatFinishJson
{
    public static ReadOnlySpan<byte> Json(this ChatFinish? reason) => reason switch
    {
        ChatFinish.Stop => "\"stop\""u8,
        ChatFinish.Length => "\"length\""u8,
        ChatFinish.ToolCalls => "\"tool_calls\""u8,
        ChatFinish.FunctionCall => "\"function_call\""u8,
        _ => "null"u8,
    };
}
