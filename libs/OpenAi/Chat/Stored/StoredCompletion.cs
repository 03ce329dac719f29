using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Chat.Stored;

/// <summary>A stored completion as the API lists it: the answer, and of its request what shaped it.</summary>
public static class StoredCompletion
{
    /// <param name="request">The body of the request.</param>
    /// <param name="answer">The <c>chat.completion</c> that answered it.</param>
    /// <param name="requestId">Null: it is not known any more.</param>
    public static byte[] Write(ReadOnlyMemory<byte> request, ReadOnlyMemory<byte> answer, string? requestId, long seed)
    {
        using var asked = JsonDocument.Parse(request);
        using var answered = JsonDocument.Parse(answer);
        var (from, body) = (asked.RootElement, answered.RootElement);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "chat.completion"u8);
            Copy(json, body, "id");
            Copy(json, body, "model");
            Copy(json, body, "created");
            json.WriteString("request_id"u8, requestId);
            Copy(json, from, "tool_choice");
            Copy(json, body, "usage");
            json.WriteNumber("seed"u8, seed);
            Copy(json, from, "top_p", "1.0"u8);
            Copy(json, from, "temperature", "1.0"u8);
            Copy(json, from, "presence_penalty", "0.0"u8);
            Copy(json, from, "frequency_penalty", "0.0"u8);
            Copy(json, body, "system_fingerprint");
            json.WritePropertyName("input_user"u8);
            if (from.TryGetProperty("user", out var user)) user.WriteTo(json);
            else json.WriteNullValue();
            Copy(json, body, "service_tier");
            Copy(json, from, "tools");
            Copy(json, from, "metadata", "{}"u8);
            json.WriteStartArray("choices"u8);
            foreach (var choice in body.GetProperty("choices").EnumerateArray()) Choice(json, choice);
            json.WriteEndArray();
            Copy(json, from, "response_format");
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same completion under other metadata.</summary>
    /// <param name="metadata">JSON object of strings.</param>
    public static byte[] WithMetadata(ReadOnlyMemory<byte> stored, string metadata)
    {
        using var document = JsonDocument.Parse(stored);
        var buffer = new ArrayBufferWriter<byte>(stored.Length + metadata.Length);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options))
        {
            json.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                json.WritePropertyName(property.Name);
                if (property.NameEquals("metadata"u8)) json.WriteRawValue(metadata);
                else property.Value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The body of an update: its metadata, a JSON object of strings.</summary>
    public static ApiResult<string> ReadMetadata(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, json =>
    {
        var errors = new FirstError();
        var metadata = MetadataReader.Read(new JsonObjectReader(json, "", errors), errors, required: true);
        return errors.Found is { } error ? error : (ApiResult<string>)metadata;
    });

    /// <summary>The request's metadata, a JSON object of strings.</summary>
    public static string Metadata(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request);
        return document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object ? metadata.GetRawText() : "{}";
    }

    /// <summary>The request's messages, each with its id: <c>{completion}-{n}</c>.</summary>
    public static IReadOnlyList<(string Id, string Json)> Messages(ReadOnlyMemory<byte> request, string completionId)
    {
        using var document = JsonDocument.Parse(request);
        return [.. document.RootElement.GetProperty("messages").EnumerateArray().Select((message, i) => Message(message, $"{completionId}-{i}"))];
    }

    private static (string Id, string Json) Message(JsonElement message, string id)
    {
        var item = ResponseItem.Written(id, "message", json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            Copy(json, message, "role");
            var parts = message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array;
            if (parts) json.WriteString("content"u8, string.Join('\n', content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : "")));
            else Copy(json, message, "content");
            json.WritePropertyName("content_parts"u8);
            if (parts) Parts(json, content);
            else json.WriteNullValue();
            Copy(json, message, "name");
            foreach (var name in (string[])["tool_calls", "tool_call_id", "refusal"])
            {
                if (message.TryGetProperty(name, out _)) Copy(json, message, name);
            }

            json.WriteEndObject();
        });
        return (item.Id, item.Json);
    }

    private static void Parts(Utf8JsonWriter json, JsonElement parts)
    {
        json.WriteStartArray();
        foreach (var part in parts.EnumerateArray())
        {
            json.WriteStartObject();
            foreach (var name in (string[])["type", "text", "image_url", "input_audio", "file"]) Copy(json, part, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Choice(Utf8JsonWriter json, JsonElement choice)
    {
        var message = choice.GetProperty("message");
        json.WriteStartObject();
        Copy(json, choice, "index");
        json.WriteStartObject("message"u8);
        foreach (var name in (string[])["content", "role", "refusal", "tool_calls", "function_call"]) Copy(json, message, name);
        json.WriteEndObject();
        Copy(json, choice, "finish_reason");
        Copy(json, choice, "logprobs");
        json.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter json, JsonElement from, string name) => Copy(json, from, name, "null"u8);

    private static void Copy(Utf8JsonWriter json, JsonElement from, string name, ReadOnlySpan<byte> otherwise)
    {
        json.WritePropertyName(name);
        if (from.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null) value.WriteTo(json);
        else json.WriteRawValue(otherwise);
    }
}
