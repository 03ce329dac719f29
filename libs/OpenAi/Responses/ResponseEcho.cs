using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>Writes a response that has just begun: every key the API has, in its order, with what the request asked for or the default.</summary>
internal static class ResponseEcho
{
    private static ReadOnlySpan<byte> NoHostedTools =>
        """{"image_gen":{"input_tokens":0,"input_tokens_details":{"image_tokens":0,"text_tokens":0},"output_tokens":0,"output_tokens_details":{"image_tokens":0,"text_tokens":0},"total_tokens":0},"web_search":{"num_requests":0}}"""u8;

    public static void Write(Utf8JsonWriter json, string id, long createdAt, string model, ResponseRequest request)
    {
        var body = request.Body;
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, createdAt);
        json.WriteString("status"u8, "in_progress"u8);
        json.WriteBoolean("background"u8, request.Background);
        json.WriteStartObject("billing"u8);
        json.WriteString("payer"u8, "developer"u8);
        json.WriteEndObject();
        json.WriteNull("completed_at"u8);
        if (request.ConversationId is { } conversation)
        {
            json.WriteStartObject("conversation"u8);
            json.WriteString("id"u8, conversation);
            json.WriteEndObject();
        }

        json.WriteNull("error"u8);
        Echo(json, body, "frequency_penalty", "0.0"u8);
        json.WriteNull("incomplete_details"u8);
        Echo(json, body, "instructions");
        Echo(json, body, "max_output_tokens");
        Echo(json, body, "max_tool_calls");
        json.WriteString("model"u8, model);
        json.WriteNull("moderation"u8);
        json.WriteStartArray("output"u8);
        json.WriteEndArray();
        Echo(json, body, "parallel_tool_calls", "true"u8);
        Echo(json, body, "presence_penalty", "0.0"u8);
        Echo(json, body, "previous_response_id");
        Echo(json, body, "prompt_cache_key");
        Echo(json, body, "prompt_cache_retention");
        Reasoning(json, body);
        Echo(json, body, "safety_identifier");
        json.WriteString("service_tier"u8, "auto"u8);
        json.WriteBoolean("store"u8, request.Store);
        Echo(json, body, "temperature", "1.0"u8);
        Text(json, body);
        Echo(json, body, "tool_choice", "\"auto\""u8);
        json.WritePropertyName("tool_usage"u8);
        json.WriteRawValue(NoHostedTools);
        Tools(json, body);
        Echo(json, body, "top_logprobs", "0"u8);
        Echo(json, body, "top_p", "1.0"u8);
        Echo(json, body, "truncation", "\"disabled\""u8);
        json.WriteNull("usage"u8);
        Echo(json, body, "user");
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(request.Metadata);
        json.WriteEndObject();
    }

    private static void Reasoning(Utf8JsonWriter json, JsonElement body)
    {
        var reasoning = Inside(body, "reasoning");
        json.WriteStartObject("reasoning"u8);
        Echo(json, reasoning, "context");
        Echo(json, reasoning, "effort");
        Echo(json, reasoning, "summary");
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, JsonElement body)
    {
        var text = Inside(body, "text");
        var format = Inside(text, "format");
        json.WriteStartObject("text"u8);
        json.WriteStartObject("format"u8);
        Echo(json, format, "type", "\"text\""u8);
        if (format.ValueKind == JsonValueKind.Object && format.TryGetProperty("schema", out _))
        {
            Echo(json, format, "description");
            Echo(json, format, "name");
            Echo(json, format, "schema");
            Echo(json, format, "strict", "false"u8);
        }

        json.WriteEndObject();
        Echo(json, text, "verbosity", "\"medium\""u8);
        json.WriteEndObject();
    }

    private static void Tools(Utf8JsonWriter json, JsonElement body)
    {
        json.WriteStartArray("tools"u8);
        if (body.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
        {
            foreach (var tool in tools.EnumerateArray())
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                Echo(json, tool, "description");
                Echo(json, tool, "name");
                Parameters(json, tool);
                Echo(json, tool, "strict", "false"u8);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>A schema that says nothing is shown as one of an empty object.</summary>
    private static void Parameters(Utf8JsonWriter json, JsonElement tool)
    {
        if (Inside(tool, "parameters") is not { ValueKind: JsonValueKind.Object } parameters || parameters.EnumerateObject().Any())
        {
            Echo(json, tool, "parameters");
            return;
        }

        json.WritePropertyName("parameters"u8);
        json.WriteRawValue("""{"type":"object","properties":{}}"""u8);
    }

    private static JsonElement Inside(JsonElement from, string name) => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var inside) ? inside : default;

    private static void Echo(Utf8JsonWriter json, JsonElement from, string name) => Echo(json, from, name, "null"u8);

    private static void Echo(Utf8JsonWriter json, JsonElement from, string name, ReadOnlySpan<byte> otherwise)
    {
        json.WritePropertyName(name);
        if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null) value.WriteTo(json);
        else json.WriteRawValue(otherwise);
    }
}
