using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Messages;

/// <summary>Reads Anthropic's Messages API. What it has in common with a chat completion is checked by that, and told in the words of this API.</summary>
public static partial class MessagesRequestReader
{
    /// <summary>Theirs know no number; each costs a comparison a byte.</summary>
    private const int MostStops = 64;

    /// <summary>The chat completion a message comes down to.</summary>
    /// <param name="body">UTF-8 JSON as received.</param>
    /// <param name="needsMaxTokens">Counting tokens needs no limit.</param>
    public static ApiResult<ChatCompletionRequest> Read(ReadOnlyMemory<byte> body, bool needsMaxTokens = true) => JsonRoot.Read<ChatCompletionRequest>(body, json => Read(json, needsMaxTokens));

    private static ApiResult<ChatCompletionRequest> Read(JsonElement body, bool needsMaxTokens)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        fields.RequiredText("model");
        if (needsMaxTokens && !fields.Has("max_tokens", out _)) errors.Add(Wrong.Missing("max_tokens"));
        fields.Integer("max_tokens", 1, long.MaxValue);
        fields.Decimal("temperature", 0, 1);
        var stop = Stop(fields, errors);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options))
        {
            json.WriteStartObject();
            foreach (var name in (string[])["model", "stream", "temperature", "top_p", "top_k", "seed"]) Copy(json, fields, name, name);
            Copy(json, fields, "max_tokens", "max_completion_tokens");
            Metadata(json, fields, errors);
            Thinking(json, fields, errors);
            Tools(json, fields, errors);
            new MessagesTranslation(json, errors).Write(fields);
            json.WriteEndObject();
        }

        if (errors.Found is { } wrong) return wrong;
        return ChatRequestReader.Read(buffer.WrittenMemory).Refused(out var error, out var chat) ? InTheirWords(error) : chat with { Stop = stop };
    }

    private static IReadOnlyList<string> Stop(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Array("stop_sequences") is not { } given) return [];
        if (given.GetArrayLength() > MostStops) errors.Add(Wrong.LongArray("stop_sequences", MostStops, given.GetArrayLength()));
        return Texts.Read(given, "stop_sequences", errors);
    }

    private static void Metadata(Utf8JsonWriter json, JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("metadata") is { } metadata && new JsonObjectReader(metadata, "metadata.", errors).Text("user_id", 256) is { } user) json.WriteString("user"u8, user);
    }

    private static void Thinking(Utf8JsonWriter json, JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("thinking") is not { } thinking) return;
        var inside = new JsonObjectReader(thinking, "thinking.", errors);
        inside.RequiredText("type");
        inside.Integer("budget_tokens", 0, long.MaxValue);
        if (inside.OneOf("type", "enabled", "adaptive", "disabled") is { } type) json.WriteString("reasoning_effort"u8, type == "disabled" ? "none" : "medium");
    }

    private static void Tools(Utf8JsonWriter json, JsonObjectReader fields, FirstError errors)
    {
        if (fields.Array("tools") is { } tools)
        {
            json.WriteStartArray("tools"u8);
            foreach (var (i, tool) in tools.EnumerateArray().Index()) Tool(json, tool, $"tools[{i}]", errors);
            json.WriteEndArray();
        }

        if (fields.Object("tool_choice") is not { } choice) return;
        var inside = new JsonObjectReader(choice, "tool_choice.", errors);
        inside.RequiredText("type");
        if (inside.Boolean("disable_parallel_tool_use") == true) json.WriteBoolean("parallel_tool_calls"u8, false);
        switch (inside.OneOf("type", "auto", "any", "tool", "none"))
        {
            case "any":
                json.WriteString("tool_choice"u8, "required"u8);
                break;
            case "tool":
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, inside.RequiredText("name"));
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case { } type:
                json.WriteString("tool_choice"u8, type);
                break;
        }
    }

    private static void Tool(Utf8JsonWriter json, JsonElement tool, string path, FirstError errors)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", tool));
            return;
        }

        var fields = new JsonObjectReader(tool, $"{path}.", errors);
        if (fields.Text("type") is { } type && type != "custom") errors.Add(ApiError.UnsupportedValue(fields.PathOf("type"), type, "'custom'"));
        var name = fields.RequiredText("name");
        if (!fields.Has("input_schema", out var schema)) errors.Add(Wrong.Missing(fields.PathOf("input_schema")));
        if (name is null || errors.Found is not null) return;
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name);
        if (fields.Text("description") is { } description) json.WriteString("description"u8, description);
        json.WritePropertyName("parameters"u8);
        schema.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter json, JsonObjectReader fields, string name, string to)
    {
        if (!fields.Has(name, out var value)) return;
        json.WritePropertyName(to);
        value.WriteTo(json);
    }

    /// <summary>An error of the chat completion, its field named as this API has it.</summary>
    public static ApiError InTheirWords(ApiError error) =>
        error.Param is { } param && Theirs(param) is { } theirs && theirs != param ? error with { Param = theirs, Message = error.Message.Replace(param, theirs, StringComparison.Ordinal) } : error;

    private static string Theirs(string param) => param switch
    {
        "max_completion_tokens" => "max_tokens",
        "reasoning_effort" => "thinking",
        "user" => "metadata.user_id",
        _ when param.StartsWith("messages", StringComparison.Ordinal) => "messages",
        _ => Function().Replace(param, "").Replace(".parameters", ".input_schema", StringComparison.Ordinal),
    };

    [GeneratedRegex(@"(?<=\A(tools\[\d+\]|tool_choice))\.function\b")]
    private static partial Regex Function();
}
