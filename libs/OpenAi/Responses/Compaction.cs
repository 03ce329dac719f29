using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

/// <summary>A conversation made shorter: what the user said stays as it is, and all of it is told again by the model in a summary that comes back sealed, as an item of its own.</summary>
public static class Compaction
{
    private const string Ask =
        "Summarise this conversation so that you could go on with it without having read it: what was asked for, what was found and decided, names, figures and code that still matter, and what is left to do. Answer with the summary alone.";

    /// <summary>The request that asks for the summary: of its own settings the tier alone matters.</summary>
    public static ResponseRequest SummaryOf(ResponseRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options))
        {
            json.WriteStartObject();
            if (request.Body.TryGetProperty("service_tier", out var tier))
            {
                json.WritePropertyName("service_tier"u8);
                tier.WriteTo(json);
            }

            json.WriteEndObject();
        }

        using var body = JsonDocument.Parse(buffer.WrittenMemory);
        return request with { Body = body.RootElement.Clone(), Input = [.. request.Input, ResponseItem.Of("user", "input_text", Ask)], Store = false, Background = false, Stream = false };
    }

    /// <param name="createdAt">Unix seconds.</param>
    /// <param name="items">The conversation; what the user said of it is kept.</param>
    /// <param name="itemId">Of the item that carries the summary.</param>
    /// <param name="summary">UTF-8.</param>
    public static void Write(IBufferWriter<byte> output, string id, long createdAt, IEnumerable<ResponseItem> items, string itemId, ReadOnlySpan<byte> summary, ResponseUsage usage)
    {
        using var json = new Utf8JsonWriter(output, RelaxedJson.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response.compaction"u8);
        json.WriteNumber("created_at"u8, createdAt);
        json.WriteStartArray("output"u8);
        foreach (var item in items.Where(item => item.IsOf("user"))) json.WriteRawValue(item.Json, skipInputValidation: true);
        json.WriteStartObject();
        json.WriteString("id"u8, itemId);
        json.WriteString("type"u8, "compaction"u8);
        json.WriteString("encrypted_content"u8, SealedText.Seal(summary));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        usage.Write(json);
        json.WriteEndObject();
    }
}
