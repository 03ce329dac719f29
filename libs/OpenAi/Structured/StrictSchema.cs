using System.Text.Json;

namespace Platform.OpenAi.Structured;

/// <summary>What OpenAI asks of a schema with <c>strict: true</c>, in its words: the root an object, every object closed and all its properties required, bounded in size.</summary>
internal static class StrictSchema
{
    private const int MostProperties = 5000, MostLevels = 10, MostEnumValues = 1000, MostNameLength = 120_000;

    private static readonly string[] NotPermitted =
        ["allOf", "oneOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "patternProperties", "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties",
            "unevaluatedItems", "contains", "minContains", "maxContains", "uniqueItems"];

    /// <summary>Null: it keeps to the rules.</summary>
    public static string? Fault(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object) return "In context=(), schema must be an object.";
        if (schema.TryGetProperty("anyOf", out _)) return "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.";
        if (!schema.TryGetProperty("$ref", out _) && schema.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.String && type.ValueEquals("object")))
        {
            return $"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{(type.ValueKind == JsonValueKind.String ? type.GetString() : type.GetRawText())}\"'.";
        }

        var size = new Size();
        return Object(schema, [], size) ?? Inside(schema, [], 1, size) ?? size.Fault();
    }

    private static string? Check(JsonElement schema, IReadOnlyList<string> context, int level, Size size)
    {
        if (schema.ValueKind != JsonValueKind.Object) return schema.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : In(context, "schema must be an object.");
        if (level > MostLevels) return In(context, $"schema exceeds the maximum allowed nesting depth of {MostLevels}.");
        if (NotPermitted.FirstOrDefault(keyword => schema.TryGetProperty(keyword, out _)) is { } keyword) return In(context, $"'{keyword}' is not permitted.");
        var known = new[] { "type", "$ref", "anyOf", "enum", "const" };
        if (!known.Any(name => schema.TryGetProperty(name, out _))) return In(context, "schema must have a 'type' key.");
        return IsObject(schema) && Object(schema, context, size) is { } fault ? fault : Inside(schema, context, level, size);
    }

    private static bool IsObject(JsonElement schema) => schema.TryGetProperty("type", out var type)
        && (type.ValueKind == JsonValueKind.String ? type.ValueEquals("object") : type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals("object")));

    private static string? Object(JsonElement schema, IReadOnlyList<string> context, Size size)
    {
        if (schema.TryGetProperty("$ref", out _)) return null;
        if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False)
        {
            return In(context, "'additionalProperties' is required to be supplied and to be false.");
        }

        var names = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object ? properties.EnumerateObject().Select(property => property.Name).ToList() : [];
        var required = schema.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(name => name.ToString()).ToHashSet() : null;
        size.Add(names);
        if (names.Count > 0 && required is null) return In(context, "'required' is required to be supplied and to be an array including every key in properties. Missing '" + names[0] + "'.");
        if (names.FirstOrDefault(name => !required!.Contains(name)) is { } missing) // no names: not asked
        {
            return In(context, $"'required' is required to be supplied and to be an array including every key in properties. Missing '{missing}'.");
        }

        return required?.FirstOrDefault(name => !names.Contains(name)) is { } extra ? In(context, $"'required' is required to be supplied and to be an array including every key in properties. Extra required key '{extra}' supplied.") : null;
    }

    private static string? Inside(JsonElement schema, IReadOnlyList<string> context, int level, Size size)
    {
        foreach (var keyword in (string[])["properties", "$defs", "definitions"])
        {
            if (!schema.TryGetProperty(keyword, out var children) || children.ValueKind != JsonValueKind.Object) continue;
            foreach (var child in children.EnumerateObject())
            {
                if (Check(child.Value, [.. context, keyword, child.Name], keyword == "properties" ? level + 1 : 1, size) is { } fault) return fault;
            }
        }

        if (schema.TryGetProperty("items", out var items) && Check(items, [.. context, "items"], level + 1, size) is { } wrong) return wrong;
        if (schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array) size.Values += values.GetArrayLength();
        if (!schema.TryGetProperty("anyOf", out var any) || any.ValueKind != JsonValueKind.Array) return null;
        return any.EnumerateArray().Select((child, i) => Check(child, [.. context, "anyOf", $"{i}"], level, size)).FirstOrDefault(fault => fault is not null);
    }

    /// <summary>As Python writes a tuple.</summary>
    private static string In(IReadOnlyList<string> context, string fault) =>
        $"In context=({string.Join(", ", context.Select(part => $"'{part}'"))}{(context.Count == 1 ? "," : "")}), {fault}";

    private sealed class Size
    {
        private int properties, lengths;

        public int Values { get; set; }

        public void Add(List<string> names) => (properties, lengths) = (properties + names.Count, lengths + names.Sum(name => name.Length));

        public string? Fault() => true switch
        {
            _ when properties > MostProperties => $"In context=(), schema has {properties} properties, which exceeds the maximum of {MostProperties}.",
            _ when Values > MostEnumValues => $"In context=(), schema has {Values} enum values, which exceeds the maximum of {MostEnumValues}.",
            _ when lengths > MostNameLength => $"In context=(), the names of the schema's properties have {lengths} characters, which exceeds the maximum of {MostNameLength}.",
            _ => null,
        };
    }
}
