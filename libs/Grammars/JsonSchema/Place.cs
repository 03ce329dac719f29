using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>A schema, and where in the document it stands.</summary>
/// <param name="Path">JSON pointer.</param>
internal readonly record struct Place(JsonElement Schema, string Path)
{
    public Place Inside(string keyword, JsonElement schema) => new(schema, $"{Path}/{keyword}");

    public Place Inside(string keyword, string key, JsonElement schema) => new(schema, $"{Path}/{keyword}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}");

    public Place Inside(string keyword, int index, JsonElement schema) => new(schema, $"{Path}/{keyword}/{index}");

    public SchemaException Wrong(string keyword, string message) => new($"{Path}/{keyword}", message);

    public bool Has(string keyword, out JsonElement value)
    {
        value = default;
        return Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(keyword, out value);
    }
}
