using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Responses;

/// <summary>Writes items as the messages of a chat: what an assistant thinks, says and calls in one go is one message.</summary>
internal sealed class ResponseMessages(Utf8JsonWriter json)
{
    private readonly HashSet<string> calls = [];
    private readonly List<string> unanswered = [];
    private readonly List<JsonElement> open = [];
    private string? said, thought;

    /// <summary>Null: all went well.</summary>
    public ApiError? Error { get; private set; }

    public void Write(string? instructions, IEnumerable<ResponseItem> items)
    {
        json.WriteStartArray();
        if (instructions is not null) Message("system", instructions);
        foreach (var item in items)
        {
            using var document = JsonDocument.Parse(item.Json);
            Item(item.Type, document.RootElement);
        }

        Flush();
        json.WriteEndArray();
        if (unanswered.Count > 0) Error ??= ApiError.Invalid($"No tool output found for function call {unanswered[0]}.", "input");
    }

    private void Item(string type, JsonElement item)
    {
        switch (type)
        {
            case "message" when item.GetProperty("role").ValueEquals("assistant"u8):
                if (said is not null || open.Count > 0) Flush();
                said = Text(item.GetProperty("content"));
                break;
            case "message":
                Flush();
                Message(item.GetProperty("role").GetString()!, Text(item.GetProperty("content"))); // checked when it was read
                break;
            case "reasoning":
                if (said is not null || open.Count > 0) Flush();
                thought = string.Concat(thought, Thought(item));
                break;
            case "compaction":
                Flush();
                said = SealedText.Open(item.GetProperty("encrypted_content").GetString()!); // checked when it was read
                break;
            case "function_call":
                var id = item.GetProperty("call_id").GetString()!; // checked when it was read
                if (calls.Add(id)) unanswered.Add(id);
                open.Add(item.Clone());
                break;
            case "function_call_output":
                Flush();
                Output(item);
                break;
        }
    }

    private void Flush()
    {
        if (said is not null || open.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "assistant"u8);
            if (said is { } text) json.WriteString("content"u8, text);
            else json.WriteNull("content"u8);
            if (thought is { Length: > 0 }) json.WriteString("reasoning_content"u8, thought);
            if (open.Count > 0) Calls();
            json.WriteEndObject();
        }

        (said, thought) = (null, null);
        open.Clear();
    }

    private void Calls()
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in open)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.GetProperty("call_id").GetString());
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.GetProperty("name").GetString());
            json.WriteString("arguments"u8, call.GetProperty("arguments").GetString());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Output(JsonElement item)
    {
        var call = item.GetProperty("call_id").GetString()!; // checked when it was read
        unanswered.Remove(call);
        if (!calls.Contains(call)) Error ??= ApiError.Invalid($"No tool call found for function call output with call_id {call}.", "input");
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("tool_call_id"u8, call);
        json.WriteString("content"u8, item.GetProperty("output") is { ValueKind: JsonValueKind.Array } parts ? Text(parts) : item.GetProperty("output").GetString());
        json.WriteEndObject();
    }

    private void Message(string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    private static string Text(JsonElement parts) =>
        string.Join('\n', parts.EnumerateArray().Select(part => part.TryGetProperty("refusal", out var refusal) ? refusal.GetString() : part.GetProperty("text").GetString()));

    /// <summary>A reasoning that came back without its text brings it in the encrypted form.</summary>
    private static string Thought(JsonElement item)
    {
        if (item.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array && content.GetArrayLength() > 0) return Text(content);
        return item.TryGetProperty("encrypted_content", out var sealedText) && sealedText.ValueKind == JsonValueKind.String ? SealedText.Open(sealedText.GetString()!) ?? "" : "";
    }
}
