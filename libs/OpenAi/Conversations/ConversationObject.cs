using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Json;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Conversations;

public static class ConversationObject
{
    /// <param name="createdAt">Unix seconds.</param>
    /// <param name="metadata">JSON object of strings.</param>
    public static void Write(IBufferWriter<byte> output, string id, long createdAt, string metadata)
    {
        using var json = new Utf8JsonWriter(output, RelaxedJson.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "conversation"u8);
        json.WriteNumber("created_at"u8, createdAt);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(metadata);
        json.WriteEndObject();
    }
}
