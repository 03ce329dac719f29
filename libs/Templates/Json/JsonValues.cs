using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Templates.Values;

namespace Platform.Templates.Json;

/// <summary>Turns JSON into values, as Python's <c>json.loads</c> does.</summary>
internal static class JsonValues
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.ValueDepth };

    public static Value Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return From(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new TemplateException($"from_json: {e.Message}", e);
        }
    }

    public static Value From(JsonNode? node) => From(node, depth: 0);

    private static Value From(JsonNode? node, int depth)
    {
        if (depth > Limits.ValueDepth)
        {
            throw new TemplateException($"The input is nested too deeply; at most {Limits.ValueDepth} levels are allowed.");
        }

        switch (node)
        {
            case null:
                return NoneValue.Instance;
            case JsonArray array:
                var items = new Value[array.Count];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = From(array[i], depth + 1);
                }

                return new ListValue(items);
            case JsonObject properties:
                var entries = new OrderedDictionary<Value, Value>(properties.Count);
                foreach (var (name, value) in properties)
                {
                    entries[StringValue.Of(name)] = From(value, depth + 1);
                }

                return new DictValue(entries);
            default:
                return From(node.AsValue());
        }
    }

    private static Value From(JsonValue value)
    {
        if (value.TryGetValue<JsonElement>(out var element))
        {
            return From(element);
        }

        if (value.TryGetValue<string>(out var text))
        {
            return StringValue.Of(text);
        }

        // Numbers, dates and the like made in code: what they are as JSON.
        using var document = JsonDocument.Parse(value.ToJsonString());
        return From(document.RootElement);
    }

    private static Value From(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new OrderedDictionary<Value, Value>();
                foreach (var property in element.EnumerateObject())
                {
                    entries[StringValue.Of(property.Name)] = From(property.Value);
                }

                return new DictValue(entries);
            case JsonValueKind.Array:
                return ListValue.From(element.EnumerateArray().Select(From));
            case JsonValueKind.String:
                return StringValue.Of(element.GetString()!);
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True:
                return BooleanValue.True;
            case JsonValueKind.False:
                return BooleanValue.False;
            default:
                return NoneValue.Instance;
        }
    }

    /// <summary>An integer unless it is written as a float, or beyond 64 bits.</summary>
    private static NumberValue Number(string text) =>
        text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? IntegerValue.Of(integer)
            : new FloatValue(double.Parse(text, CultureInfo.InvariantCulture));
}
