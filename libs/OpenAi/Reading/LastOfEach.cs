using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Reading;

/// <summary>JSON whose objects have each name once: of those that come again the last counts, as to most readers of JSON. What copies and reads it later then agree on what was said.</summary>
internal static class LastOfEach
{
    /// <exception cref="JsonException">It is not JSON, or too deep.</exception>
    /// <exception cref="InvalidOperationException">A string is not Unicode.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, JsonDocumentOptions options)
    {
        try
        {
            return JsonDocument.Parse(json, options with { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            using var given = JsonDocument.Parse(json, options);
            var once = new ArrayBufferWriter<byte>(json.Length);
            using (var writer = new Utf8JsonWriter(once, RelaxedJson.Options)) Write(given.RootElement, writer);
            return JsonDocument.Parse(once.WrittenMemory, options);
        }
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject()) last[property.Name] = property.Value;
                writer.WriteStartObject();
                foreach (var (name, value) in last)
                {
                    writer.WritePropertyName(name);
                    Write(value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var one in element.EnumerateArray()) Write(one, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
