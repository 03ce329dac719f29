using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>What values that do not keep to a schema are like: one of the things it says does not hold of them.</summary>
internal static class Negation
{
    /// <summary>Each is enough; the places of one hold together.</summary>
    public static List<List<Place>> Of(Place place, JsonElement root)
    {
        var (whole, ways) = (place.Negated(), new List<List<Place>>());
        foreach (var keyword in whole.Schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "exclusiveMinimum" or "exclusiveMaximum" when keyword.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    break;
                case "type" or "enum" or "const" or "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" or "minLength" or "maxLength" or "pattern"
                    or "minItems" or "maxItems" or "minProperties" or "maxProperties":
                    ways.Add([place with { Clause = new(keyword.Name) }]);
                    break;
                case "required":
                    ways.AddRange(Facets.Names(whole, "required", keyword.Value).Select(name => new List<Place> { place with { Clause = new("required", name) } }));
                    break;
                case "properties" when keyword.Value.ValueKind == JsonValueKind.Object:
                    ways.AddRange(keyword.Value.EnumerateObject().Select(property => new List<Place> { place with { Clause = new("properties", property.Name) } }));
                    break;
                case "items" when keyword.Value.ValueKind != JsonValueKind.Array && !whole.Has("prefixItems", out _):
                case "contains" when !whole.Has("minContains", out _) && !whole.Has("maxContains", out _):
                    ways.Add([place with { Clause = new(keyword.Name) }]);
                    break;
                case "allOf":
                    ways.AddRange(Alternatives.Children(whole, "allOf", keyword.Value).Select(child => new List<Place> { child.Negated() }));
                    break;
                case "anyOf":
                    ways.Add([.. Alternatives.Children(whole, "anyOf", keyword.Value).Select(child => child.Negated())]);
                    break;
                case "not":
                    ways.Add([whole.Inside("not", keyword.Value)]);
                    break;
                case "$ref":
                    ways.Add([References.Resolve(root, whole, keyword.Value).Negated()]);
                    break;
                case "if":
                    var condition = whole.Inside("if", keyword.Value);
                    ways.AddRange([.. Branch(whole, condition, "then"), .. Branch(whole, condition.Negated(), "else")]);
                    break;
                case "oneOf" or "format" or "properties" or "patternProperties" or "additionalProperties" or "propertyNames" or "items" or "prefixItems" or "additionalItems" or "contains" or "minContains" or "maxContains"
                    or "uniqueItems" or "dependentRequired" or "dependentSchemas" or "dependencies" or "unevaluatedProperties" or "unevaluatedItems" or "$dynamicRef" or "$recursiveRef":
                    throw whole.Wrong(keyword.Name, $"the opposite of '{keyword.Name}' can't be kept");
            }
        }

        return ways;
    }

    private static IEnumerable<List<Place>> Branch(Place whole, Place condition, string keyword) =>
        whole.Has(keyword, out var branch) ? [[condition, whole.Inside(keyword, branch).Negated()]] : [];
}
