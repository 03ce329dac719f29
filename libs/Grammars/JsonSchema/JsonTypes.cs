using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    String = 16,
    Integer = 32,

    /// <summary>Numbers that are no integers.</summary>
    Fraction = 64,
    Number = Integer | Fraction,
    All = 127,
}

internal static class JsonTypesReading
{
    private static readonly (JsonTypes Type, string[] Keywords)[] Meant =
    [
        (JsonTypes.Object, ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies"]),
        (JsonTypes.Array, ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"]),
        (JsonTypes.String, ["minLength", "maxLength", "pattern", "format"]),
        (JsonTypes.Number, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];

    /// <summary>The types a schema names; where it names none, those its keywords are about; else all.</summary>
    public static JsonTypes TypesOf(this Place place)
    {
        if (place.Has("type", out var type))
        {
            return type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | Named(place, one))
                : Named(place, type);
        }

        var meant = Meant.Where(kind => kind.Keywords.Any(keyword => place.Has(keyword, out _))).Aggregate(JsonTypes.None, (all, kind) => all | kind.Type);
        return meant == JsonTypes.None || place.Has("enum", out _) || place.Has("const", out _) ? JsonTypes.All : meant;
    }

    public static JsonTypes TypeOf(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ => Decimals.Of(value) is { Scale: 0 } ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private static JsonTypes Named(Place place, JsonElement name) => (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "object" => JsonTypes.Object,
        "array" => JsonTypes.Array,
        "string" => JsonTypes.String,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        _ => throw place.Wrong("type", $"{name.GetRawText()} is not a type; types are 'null', 'boolean', 'object', 'array', 'string', 'integer' and 'number'"),
    };
}
