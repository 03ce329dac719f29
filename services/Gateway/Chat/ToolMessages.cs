using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Encodings.Web;
using Platform.OpenAi.Tools;

namespace Platform.Gateway.Chat;

/// <summary>Earlier calls and their results, in the form a chat template takes them.</summary>
internal static class ToolMessages
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool AreIn(string messages) => messages.Contains("\"tool_calls\"", StringComparison.Ordinal) || messages.Contains("\"function_call\"", StringComparison.Ordinal)
        || messages.Contains("\"role\":\"tool\"", StringComparison.Ordinal) || messages.Contains("\"role\":\"function\"", StringComparison.Ordinal);

    /// <summary>Turns the deprecated <c>function_call</c> and the role <c>function</c> into what followed them.</summary>
    public static string Current(string messages)
    {
        if (!messages.Contains("\"function_call\"", StringComparison.Ordinal) && !messages.Contains("\"role\":\"function\"", StringComparison.Ordinal)) return messages;
        var list = JsonNode.Parse(messages)!.AsArray(); // the request's reader wrote it
        var id = "";
        foreach (var (i, message) in list.OfType<JsonObject>().Index())
        {
            if (message["function_call"] is JsonObject call)
            {
                id = $"call_{i}";
                message.Remove("function_call");
                message["tool_calls"] = new JsonArray(new JsonObject { ["id"] = id, ["type"] = "function", ["function"] = call.DeepClone() });
            }
            else if ((string?)message["role"] == "function")
            {
                message["role"] = "tool";
                message["tool_call_id"] = id;
            }
        }

        return list.ToJsonString(Relaxed);
    }

    /// <summary>For a template that knows nothing of tools: the system message tells of them, calls and results are told in words.</summary>
    public static string Told(string messages, ToolFields? tools)
    {
        if (tools is null && !AreIn(messages)) return messages;
        var list = JsonNode.Parse(Current(messages))!.AsArray(); // the request's reader wrote it
        var told = new JsonArray();
        foreach (var message in list.OfType<JsonObject>()) told.Add(Told(message));
        if (tools is not null)
        {
            var text = Instructions(tools);
            if (told.Count > 0 && told[0] is JsonObject first && (string?)first["role"] == "system") first["content"] = $"{(string?)first["content"]}\n\n{text}";
            else told.Insert(0, new JsonObject { ["role"] = "system", ["content"] = text });
        }

        return told.ToJsonString(Relaxed);
    }

    private static JsonObject Told(JsonObject message)
    {
        if (message["tool_calls"] is JsonArray calls)
        {
            var lines = calls.OfType<JsonObject>().Select(call => call["function"] is JsonObject function ? $"{{\"name\": {function["name"]?.ToJsonString(Relaxed)}, \"arguments\": {Arguments(function)}}}" : "");
            var said = (string?)message["content"];
            return new JsonObject { ["role"] = "assistant", ["content"] = string.Join('\n', [.. string.IsNullOrEmpty(said) ? [] : (string[])[said], .. lines]) };
        }

        return (string?)message["role"] == "tool"
            ? new JsonObject { ["role"] = "user", ["content"] = $"The function returned: {(message["content"] is JsonValue value && value.TryGetValue(out string? text) ? text : message["content"]?.ToJsonString(Relaxed))}" }
            : (JsonObject)message.DeepClone();
    }

    private static string Arguments(JsonObject function) => function["arguments"] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : "{}";

    private static string Instructions(ToolFields tools)
    {
        using var json = JsonDocument.Parse(tools.Json);
        var functions = json.RootElement.EnumerateArray().Where(tool => tool.TryGetProperty("function", out _)).Select(tool => tool.GetProperty("function").GetRawText());
        return $$"""
            You can call these functions, given as JSON with a schema of their parameters:
            {{string.Join('\n', functions)}}
            To call one, answer with a JSON object only: {"name": the function's name, "arguments": an object of its arguments}. {{(tools.Parallel ? "Several calls stand on a line each." : "Make one call at a time.")}}
            If no function helps, answer in plain words.
            """;
    }
}
