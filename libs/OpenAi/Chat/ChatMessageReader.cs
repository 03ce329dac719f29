using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Chat;

/// <summary>Checks the messages and writes them in the one form a chat template takes: content as text, everything else as it came.</summary>
internal sealed class ChatMessageReader(FirstError errors, Utf8JsonWriter json)
{
    /// <summary>Ids of the tool calls that tool messages may answer here, and of those that none has answered yet.</summary>
    private readonly HashSet<string> openCalls = [];
    private readonly List<string> unanswered = [];
    private string? lastRole, roleBefore;

    public static ChatMessages Read(JsonElement body, FirstError errors)
    {
        if (!body.TryGetProperty("messages", out var messages)) errors.Add(Wrong.Missing("messages"));
        else if (messages.ValueKind != JsonValueKind.Array) errors.Add(Wrong.Type("messages", "an array of objects", messages));
        else if (messages.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray("messages"));
        if (errors.Found is not null) return new ChatMessages("[]", 0);

        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, RelaxedJson.Options);
        var reader = new ChatMessageReader(errors, json);
        json.WriteStartArray();
        foreach (var (i, message) in messages.EnumerateArray().Index())
        {
            reader.Message(message, $"messages[{i}]");
            if (errors.Found is not null) break;
        }

        reader.RequireAnswers();
        if (reader is { lastRole: "assistant", roleBefore: "assistant" }) errors.Add(ApiError.Invalid("Invalid 'messages': a conversation can't end with two messages of the assistant.", $"messages[{messages.GetArrayLength() - 1}]", "invalid_value"));
        json.WriteEndArray();
        json.Flush();
        return new ChatMessages(Encoding.UTF8.GetString(buffer.WrittenSpan), buffer.WrittenCount, reader.lastRole == "assistant");
    }

    private void Message(JsonElement message, string path)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", message));
            return;
        }

        var fields = new JsonObjectReader(message, $"{path}.", errors);
        fields.RequiredText("role");
        if (fields.OneOf("role", "system", "assistant", "user", "function", "tool", "developer") is not { } role) return;
        (roleBefore, lastRole) = (lastRole, role);
        fields.Text("name");
        if (role == "function") fields.RequiredText("name");
        if (role == "tool") Answer(fields);
        else RequireAnswers();
        if (role == "assistant") Calls(fields);

        json.WriteStartObject();
        // templates know no developer: OpenAI's models take the two as one, too
        json.WriteString("role"u8, role == "developer" ? "system" : role);
        Content(fields, message, role);
        foreach (var property in message.EnumerateObject())
        {
            if (!property.NameEquals("role"u8) && !property.NameEquals("content"u8)) property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private void Content(JsonObjectReader fields, JsonElement message, string role)
    {
        var path = fields.PathOf("content");
        var given = message.TryGetProperty("content", out var content);
        if (!given || content.ValueKind == JsonValueKind.Null)
        {
            if (role == "assistant" && (fields.Has("tool_calls", out _) || fields.Has("function_call", out _))) json.WriteNull("content"u8);
            else if (role == "assistant" && fields.Text("refusal") is { } refusal) json.WriteString("content"u8, refusal);
            else errors.Add(given ? Wrong.Type(path, "one of a string or array of objects", content) : Wrong.Missing(path));
            return;
        }

        json.WritePropertyName("content"u8);
        if (content.ValueKind == JsonValueKind.String) content.WriteTo(json);
        else if (content.ValueKind == JsonValueKind.Array) Parts(content, role, path);
        else errors.Add(Wrong.Type(path, "one of a string or array of objects", content));
    }

    private void Parts(JsonElement parts, string role, string path)
    {
        if (parts.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray(path));
        var texts = parts.EnumerateArray().Select((part, i) => Part(part, role, $"{path}[{i}]")).ToList();
        json.WriteStringValue(string.Join('\n', texts));
    }

    private string Part(JsonElement part, string role, string path)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", part));
            return "";
        }

        var fields = new JsonObjectReader(part, $"{path}.", errors);
        fields.RequiredText("type");
        var type = fields.OneOf("type", "text", "refusal", "image_url", "input_audio", "file", "video_url");
        switch (type)
        {
            case null:
                return "";
            case "text":
                return fields.RequiredText("text") ?? "";
            case "refusal" when role == "assistant":
                return fields.RequiredText("refusal") ?? "";
            default:
                errors.Add(ApiError.Invalid($"Unsupported content type: '{type}' is not supported yet in a message of the role '{role}'.", fields.PathOf("type"), "unsupported_content_type"));
                return "";
        }
    }

    private void Calls(JsonObjectReader fields)
    {
        openCalls.Clear();
        if (fields.Array("tool_calls") is not { } calls) return;
        foreach (var (i, call) in calls.EnumerateArray().Index())
        {
            var path = $"{fields.PathOf("tool_calls")}[{i}]";
            if (call.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type(path, "an object", call));
                return;
            }

            var inside = new JsonObjectReader(call, $"{path}.", errors);
            if (inside.RequiredText("id") is { } id && openCalls.Add(id)) unanswered.Add(id);
            if (inside.OneOf("type", "function", "custom") == "custom") continue;
            if (inside.Object("function") is not { } function)
            {
                errors.Add(Wrong.Missing(inside.PathOf("function")));
                return;
            }

            var called = new JsonObjectReader(function, inside.PathOf("function."), errors);
            called.RequiredText("name");
            called.RequiredText("arguments");
        }
    }

    private void Answer(JsonObjectReader fields)
    {
        if (fields.RequiredText("tool_call_id") is not { } id) return;
        unanswered.Remove(id);
        if (!openCalls.Contains(id))
        {
            errors.Add(ApiError.Invalid(
                "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls' that holds their 'tool_call_id'.",
                fields.PathOf("tool_call_id")));
        }
    }

    private void RequireAnswers()
    {
        if (unanswered.Count > 0)
        {
            errors.Add(ApiError.Invalid(
                $"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {string.Join(", ", unanswered)}", "messages"));
        }

        unanswered.Clear();
    }
}
