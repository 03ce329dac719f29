using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Responses;

/// <summary>Checks items and gives them the form in which the API shows them again: an id, a status, content as parts.</summary>
/// <param name="newId">Makes a public id from its prefix.</param>
internal sealed class ResponseItemReader(FirstError errors, Func<string, string> newId)
{
    /// <summary>Kinds of items this platform has no tool for.</summary>
    private static readonly string[] Hosted =
    [
        "file_search_call", "computer_call", "computer_call_output", "web_search_call", "image_generation_call", "code_interpreter_call", "local_shell_call", "local_shell_call_output", "shell_call",
        "shell_call_output", "apply_patch_call", "apply_patch_call_output", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "mcp_call", "custom_tool_call", "custom_tool_call_output",
        "compaction_trigger", "tool_search_call", "tool_search_output", "additional_tools", "program", "program_output",
    ];

    private static readonly string[] Kinds = ["message", "function_call", "function_call_output", "reasoning", "compaction", "item_reference", .. Hosted];

    /// <summary>A string is one message of the user.</summary>
    public IReadOnlyList<ResponseItem> Input(JsonElement input, string path)
    {
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                return [Message("user", null, json => Text(json, "input_text", input.GetString()!))]; // a JSON string is never null
            case JsonValueKind.Array:
                return List(input, path);
            default:
                errors.Add(Wrong.Type(path, "one of a string or array of objects", input));
                return [];
        }
    }

    public IReadOnlyList<ResponseItem> List(JsonElement items, string path)
    {
        var read = new List<ResponseItem>();
        foreach (var (i, item) in items.EnumerateArray().Index())
        {
            if (Item(item, $"{path}[{i}]") is { } known) read.Add(known);
            if (errors.Found is not null) break;
        }

        return read;
    }

    private ResponseItem? Item(JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", item));
            return null;
        }

        var fields = new JsonObjectReader(item, $"{path}.", errors);
        var type = fields.OneOf("type", Kinds) ?? (fields.Has("role", out _) ? "message" : fields.Has("id", out _) ? "item_reference" : null);
        if (errors.Found is not null) return null;
        switch (type)
        {
            case null:
                errors.Add(Wrong.Missing(fields.PathOf("type")));
                return null;
            case "message":
                return Message(fields);
            case "function_call":
                return Call(fields);
            case "function_call_output":
                return Output(fields);
            case "reasoning":
                return Reasoning(fields, item);
            case "compaction":
                return Compacted(fields);
            case "item_reference":
                return fields.RequiredText("id") is { } id ? new ResponseItem(id, type, "") : null;
            default:
                errors.Add(ApiError.UnsupportedValue(fields.PathOf("type"), type, "'message', 'function_call', 'function_call_output', 'reasoning', 'compaction' or 'item_reference'") with { Code = "unsupported_parameter" });
                return null;
        }
    }

    private ResponseItem? Message(JsonObjectReader fields)
    {
        fields.RequiredText("role");
        var role = fields.OneOf("role", "user", "assistant", "system", "developer");
        var (id, status) = (Id(fields), Status(fields));
        if (!fields.Has("content", out var content)) errors.Add(Wrong.Missing(fields.PathOf("content")));
        if (role is null || errors.Found is not null) return null;
        var kind = role == "assistant" ? "output_text" : "input_text";
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return Message(role, id, json => Text(json, kind, content.GetString()!), status); // a JSON string is never null
            case JsonValueKind.Array:
                var parts = Parts(content, fields.PathOf("content"), role == "assistant" ? ["output_text", "refusal", "input_text"] : ["input_text", "output_text"]);
                return errors.Found is null ? Message(role, id, json => parts.ForEach(part => part(json)), status) : null;
            default:
                errors.Add(Wrong.Type(fields.PathOf("content"), "one of a string or array of objects", content));
                return null;
        }
    }

    private List<Action<Utf8JsonWriter>> Parts(JsonElement content, string path, string[] kinds)
    {
        var parts = new List<Action<Utf8JsonWriter>>();
        foreach (var (i, part) in content.EnumerateArray().Index())
        {
            if (part.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type($"{path}[{i}]", "an object", part));
                return parts;
            }

            var fields = new JsonObjectReader(part, $"{path}[{i}].", errors);
            fields.RequiredText("type");
            if (fields.OneOf("type", [.. kinds, "input_image", "input_file", "input_audio"]) is not { } kind) return parts;
            if (!kinds.Contains(kind))
            {
                errors.Add(ApiError.UnsupportedValue(fields.PathOf("type"), kind, string.Join(" or ", kinds.Select(one => $"'{one}'"))) with { Code = "unsupported_content_type" });
                return parts;
            }

            var text = fields.RequiredText(kind == "refusal" ? "refusal" : "text") ?? "";
            parts.Add(json => Text(json, kind, text));
        }

        return parts;
    }

    private ResponseItem? Call(JsonObjectReader fields)
    {
        var (id, status) = (Id(fields, "fc_"), Status(fields));
        var (call, name, arguments) = (fields.RequiredText("call_id"), fields.RequiredText("name"), fields.RequiredText("arguments"));
        if (call is null || name is null || arguments is null) return null;
        return ResponseItem.Written(id, "function_call", json =>
        {
            Open(json, id, "function_call", status);
            json.WriteString("arguments"u8, arguments);
            json.WriteString("call_id"u8, call);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        });
    }

    private ResponseItem? Output(JsonObjectReader fields)
    {
        var (id, status) = (Id(fields, "fc_"), Status(fields));
        var call = fields.RequiredText("call_id");
        if (!fields.Has("output", out var output)) errors.Add(Wrong.Missing(fields.PathOf("output")));
        if (call is null || errors.Found is not null) return null;
        List<Action<Utf8JsonWriter>>? parts = null;
        if (output.ValueKind == JsonValueKind.Array) parts = Parts(output, fields.PathOf("output"), ["input_text"]);
        else if (output.ValueKind != JsonValueKind.String) errors.Add(Wrong.Type(fields.PathOf("output"), "one of a string or array of objects", output));
        if (errors.Found is not null) return null;
        return ResponseItem.Written(id, "function_call_output", json =>
        {
            Open(json, id, "function_call_output", status);
            json.WriteString("call_id"u8, call);
            json.WritePropertyName("output"u8);
            if (parts is null) output.WriteTo(json);
            else Array(json, parts);
            json.WriteEndObject();
        });
    }

    private ResponseItem? Reasoning(JsonObjectReader fields, JsonElement item)
    {
        var (id, status) = (Id(fields, "rs_"), fields.Text("status"));
        fields.Array("summary");
        fields.Text("encrypted_content");
        var content = fields.Array("content") is { } given ? Parts(given, fields.PathOf("content"), ["reasoning_text", "text"]) : null;
        if (errors.Found is not null) return null;
        return ResponseItem.Written(id, "reasoning", json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "reasoning"u8);
            if (status is not null) json.WriteString("status"u8, status);
            if (content is not null)
            {
                json.WritePropertyName("content"u8);
                Array(json, content);
            }

            if (item.TryGetProperty("encrypted_content", out var encrypted))
            {
                json.WritePropertyName("encrypted_content"u8);
                encrypted.WriteTo(json);
            }

            json.WritePropertyName("summary"u8);
            if (item.TryGetProperty("summary", out var summary) && summary.ValueKind == JsonValueKind.Array) summary.WriteTo(json);
            else json.WriteRawValue("[]"u8);
            json.WriteEndObject();
        });
    }

    private ResponseItem? Compacted(JsonObjectReader fields)
    {
        var (id, content) = (Id(fields, "cmp_"), fields.RequiredText("encrypted_content"));
        if (content is not null && SealedText.Open(content) is null) errors.Add(ApiError.Invalid("The encrypted content could not be read: it was not sealed here.", fields.PathOf("encrypted_content"), "invalid_encrypted_content"));
        if (errors.Found is not null) return null;
        return ResponseItem.Written(id, "compaction", json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "compaction"u8);
            json.WriteString("encrypted_content"u8, content);
            json.WriteEndObject();
        });
    }

    private ResponseItem Message(string role, string? id, Action<Utf8JsonWriter> content, string status = "completed")
    {
        var known = id ?? newId("msg_");
        return ResponseItem.Written(known, "message", json =>
        {
            Open(json, known, "message", status);
            json.WriteStartArray("content"u8);
            content(json);
            json.WriteEndArray();
            json.WriteString("role"u8, role);
            json.WriteEndObject();
        });
    }

    private static void Open(Utf8JsonWriter json, string id, string type, string status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteString("status"u8, status);
    }

    private static void Array(Utf8JsonWriter json, List<Action<Utf8JsonWriter>> elements)
    {
        json.WriteStartArray();
        elements.ForEach(element => element(json));
        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string kind, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, kind);
        if (kind == "output_text")
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        json.WriteString(kind == "refusal" ? "refusal"u8 : "text"u8, text);
        json.WriteEndObject();
    }

    /// <summary>An item that was shown before keeps its id.</summary>
    private string Id(JsonObjectReader fields, string prefix = "msg_") => fields.Text("id", 128) is { Length: > 0 } id && !id.Contains('\0') ? id : newId(prefix);

    private static string Status(JsonObjectReader fields) => fields.OneOf("status", "in_progress", "completed", "incomplete") ?? "completed";
}
