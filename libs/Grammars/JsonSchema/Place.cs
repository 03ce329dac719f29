using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>A schema, and where in the document it stands; or one thing it says.</summary>
/// <param name="Path">JSON pointer.</param>
/// <param name="Not">Whether a value must not keep to it.</param>
/// <param name="Clause">The one thing; null: all the schema says.</param>
internal readonly record struct Place(JsonElement Schema, string Path, bool Not = false, Clause? Clause = null)
{
    /// <summary>The same for places that ask the same.</summary>
    public string Key => Clause is null && !Not ? Path : $"{Path} {(Not ? "not " : "")}{Clause?.Keyword} {Clause?.Name}";

    public Place Inside(string keyword, JsonElement schema) => new(schema, $"{Path}/{keyword}");

    public Place Inside(string keyword, string key, JsonElement schema) => new(schema, $"{Path}/{keyword}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}");

    public Place Inside(string keyword, int index, JsonElement schema) => new(schema, $"{Path}/{keyword}/{index}");

    public Place Negated() => this with { Not = !Not };

    public SchemaException Wrong(string keyword, string message) => new($"{Path}/{keyword}", message);

    /// <summary>Whether all of the schema is meant, and has the keyword.</summary>
    public bool Has(string keyword, out JsonElement value)
    {
        value = default;
        return Clause is null && Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(keyword, out value);
    }
}

/// <summary>One keyword of a schema, and the property it is about where it is about several.</summary>
internal sealed record Clause(string Keyword, string Name = "");
