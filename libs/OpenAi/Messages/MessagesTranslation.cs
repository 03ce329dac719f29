using System.Text;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Messages;

/// <summary>Writes the system prompt and the messages of this API, blocks and all, as the messages of a chat.</summary>
internal sealed class MessagesTranslation(Utf8JsonWriter json, FirstError errors)
{
    public void Write(JsonObjectReader fields)
    {
        json.WriteStartArray("messages"u8);
        if (fields.Has("system", out var system)) Message("system", Text(system, "system"));
        if (!fields.Has("messages", out var messages)) errors.Add(Wrong.Missing("messages"));
        else if (messages.ValueKind != JsonValueKind.Array) errors.Add(Wrong.Type("messages", "an array of objects", messages));
        else if (messages.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray("messages"));
        else Messages(messages);
        json.WriteEndArray();
    }

    private void Messages(JsonElement messages)
    {
        foreach (var (i, message) in messages.EnumerateArray().Index())
        {
            if (errors.Found is not null) return;
            var path = $"messages[{i}]";
            if (message.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type(path, "an object", message));
                return;
            }

            var fields = new JsonObjectReader(message, $"{path}.", errors);
            fields.RequiredText("role");
            var role = fields.OneOf("role", "user", "assistant", "system");
            if (!fields.Has("content", out var content)) errors.Add(Wrong.Missing(fields.PathOf("content")));
            if (role is null || errors.Found is not null) return;
            if (content.ValueKind == JsonValueKind.String) Message(role, content.GetString()!); // a JSON string is never null
            else if (content.ValueKind != JsonValueKind.Array) errors.Add(Wrong.Type(fields.PathOf("content"), "one of a string or array of objects", content));
            else if (role == "assistant") Assistant(content, fields.PathOf("content"));
            else User(role, content, fields.PathOf("content"));
        }
    }

    /// <summary>Results of tools come first, each a message of its own; what the user adds follows them.</summary>
    private void User(string role, JsonElement content, string path)
    {
        var texts = new List<string>();
        foreach (var (block, fields, type) in Blocks(content, path, "text", "tool_result"))
        {
            if (type == "text")
            {
                texts.Add(fields.RequiredText("text") ?? "");
                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, fields.RequiredText("tool_use_id") ?? "");
            json.WriteString("content"u8, block.TryGetProperty("content", out var result) && result.ValueKind != JsonValueKind.Null ? Text(result, fields.PathOf("content")) : "");
            json.WriteEndObject();
        }

        if (texts.Count > 0 || content.GetArrayLength() == 0) Message(role, string.Join('\n', texts));
    }

    private void Assistant(JsonElement content, string path)
    {
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new List<(string Id, string Name, string Arguments)>());
        foreach (var (block, fields, type) in Blocks(content, path, "text", "tool_use", "thinking", "redacted_thinking"))
        {
            switch (type)
            {
                case "text":
                    text.Append(fields.RequiredText("text"));
                    break;
                case "thinking":
                    thinking.Append(fields.RequiredText("thinking"));
                    break;
                case "tool_use":
                    calls.Add((fields.RequiredText("id") ?? "", fields.RequiredText("name") ?? "", block.TryGetProperty("input", out var input) ? input.GetRawText() : "{}"));
                    break;
            }
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        if (text.Length > 0 || calls.Count == 0) json.WriteString("content"u8, text.ToString());
        else json.WriteNull("content"u8);
        if (thinking.Length > 0) json.WriteString("reasoning_content"u8, thinking.ToString());
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var (id, name, arguments) in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, name);
                json.WriteString("arguments"u8, arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private List<(JsonElement Block, JsonObjectReader Fields, string Type)> Blocks(JsonElement content, string path, params string[] kinds)
    {
        var blocks = new List<(JsonElement, JsonObjectReader, string)>();
        foreach (var (i, block) in content.EnumerateArray().Index())
        {
            if (block.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type($"{path}[{i}]", "an object", block));
                return blocks;
            }

            var fields = new JsonObjectReader(block, $"{path}[{i}].", errors);
            if (fields.RequiredText("type") is not { } type) return blocks;
            if (kinds.Contains(type)) blocks.Add((block, fields, type));
            else errors.Add(ApiError.UnsupportedValue(fields.PathOf("type"), type, string.Join(" or ", kinds.Select(kind => $"'{kind}'"))) with { Code = "unsupported_content_type" });
        }

        return blocks;
    }

    /// <summary>A string, or blocks of text.</summary>
    private string Text(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String) return content.GetString()!; // a JSON string is never null
        if (content.ValueKind == JsonValueKind.Array) return string.Join('\n', Blocks(content, path, "text").Select(block => block.Fields.RequiredText("text")));
        errors.Add(Wrong.Type(path, "one of a string or array of objects", content));
        return "";
    }

    private void Message(string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }
}
