using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>Reads the fields of one JSON object with OpenAI's checks and texts. A field that is absent, null or wrong reads as null; what was wrong is in <see cref="FirstError"/>.</summary>
/// <param name="path">What stands before a field's name in <c>param</c>: empty, or with its dot.</param>
internal readonly struct JsonObjectReader(JsonElement json, string path, FirstError errors)
{
    public string PathOf(string name) => path + name;

    /// <summary>False when the field is absent or null.</summary>
    public bool Has(string name, out JsonElement value) => json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int? maxLength = null)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(Wrong.Type(PathOf(name), "a string", value));
            return null;
        }

        var text = value.GetString()!; // a JSON string is never null
        if (text.Length > maxLength) errors.Add(Wrong.TooLong(PathOf(name), maxLength.Value, text.Length));
        return text;
    }

    public string? RequiredText(string name, int? maxLength = null)
    {
        if (!json.TryGetProperty(name, out var value)) errors.Add(Wrong.Missing(PathOf(name)));
        else if (value.ValueKind == JsonValueKind.Null) errors.Add(Wrong.Type(PathOf(name), "a string", value));
        return Text(name, maxLength);
    }

    public bool? Boolean(string name)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        errors.Add(Wrong.Type(PathOf(name), "a boolean", value));
        return null;
    }

    public float? Decimal(string name, double min, double max)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number) errors.Add(Wrong.Type(PathOf(name), "a decimal", value));
        else if (!value.TryGetDouble(out var number)) errors.Add(Wrong.Type(PathOf(name), "a decimal", value));
        else if (number < min) errors.Add(Wrong.Below(PathOf(name), "decimal", min, value));
        else if (number > max) errors.Add(Wrong.Above(PathOf(name), "decimal", max, value));
        else return (float)number;
        return null;
    }

    public long? Integer(string name, long min, long max)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number || Wrong.IsDecimal(value)) errors.Add(Wrong.Type(PathOf(name), "an integer", value));
        else if (!value.TryGetInt64(out var number)) errors.Add(value.GetRawText()[0] == '-' ? Wrong.Below(PathOf(name), "integer", min, value) : Wrong.Above(PathOf(name), "integer", max, value));
        else if (number < min) errors.Add(Wrong.Below(PathOf(name), "integer", min, value));
        else if (number > max) errors.Add(Wrong.Above(PathOf(name), "integer", max, value));
        else return number;
        return null;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> supported)
    {
        var text = Text(name);
        if (text is null || supported.Contains(text)) return text;
        errors.Add(Wrong.Value(PathOf(name), text, supported));
        return null;
    }

    public JsonElement? Object(string name) => OfKind(name, JsonValueKind.Object, "an object");

    public JsonElement? Array(string name) => OfKind(name, JsonValueKind.Array, "an array");

    private JsonElement? OfKind(string name, JsonValueKind kind, string expected)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind == kind) return value;
        errors.Add(Wrong.Type(PathOf(name), expected, value));
        return null;
    }
}
