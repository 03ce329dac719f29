using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

/// <summary>The list object over objects that are JSON already.</summary>
public static class ItemPage
{
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<(string Id, string Json)> page, bool hasMore)
    {
        using var json = new Utf8JsonWriter(output, RelaxedJson.Options);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (_, item) in page) json.WriteRawValue(item, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteString("first_id"u8, page.Count > 0 ? page[0].Id : null);
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteString("last_id"u8, page.Count > 0 ? page[^1].Id : null);
        json.WriteEndObject();
    }
}
