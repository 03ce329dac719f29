using System.Globalization;
using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>Reads fields that may have come as JSON or as a form: there numbers are text. An empty form field is an absent one.</summary>
internal readonly struct LooseReader(JsonElement json, FirstError errors)
{
    public bool Has(string name, out JsonElement value) =>
        json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    /// <summary>A number reads as its text.</summary>
    public string? Text(string name, int? maxLength = null)
    {
        if (!Has(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetRawText();
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(Wrong.Type(name, "a string", value));
            return null;
        }

        var text = value.GetString()!; // a JSON string is never null
        if (text.Length > maxLength) errors.Add(Wrong.TooLong(name, maxLength.Value, text.Length));
        if (text.Contains('\0')) errors.Add(ApiError.Invalid($"Invalid '{name}': it holds a NUL character.", name, "invalid_value"));
        return text;
    }

    public long? Integer(string name, long min, long max)
    {
        if (!Has(name, out var value)) return null;
        if (Unquoted(value) is not { ValueKind: JsonValueKind.Number } number || Wrong.IsDecimal(number)) errors.Add(Wrong.Type(name, "an integer", value));
        else if (!number.TryGetInt64(out var integer)) errors.Add(number.GetRawText()[0] == '-' ? Wrong.Below(name, "integer", min, number) : Wrong.Above(name, "integer", max, number));
        else if (integer < min) errors.Add(Wrong.Below(name, "integer", min, number));
        else if (integer > max) errors.Add(Wrong.Above(name, "integer", max, number));
        else return integer;
        return null;
    }

    public double? Decimal(string name, double min, double max)
    {
        if (!Has(name, out var value)) return null;
        if (Unquoted(value) is not { ValueKind: JsonValueKind.Number } number || !number.TryGetDouble(out var real) || !double.IsFinite(real)) errors.Add(Wrong.Type(name, "a decimal", value));
        else if (real < min) errors.Add(Wrong.Below(name, "decimal", min, number));
        else if (real > max) errors.Add(Wrong.Above(name, "decimal", max, number));
        else return real;
        return null;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> supported)
    {
        var text = Text(name);
        if (text is null || supported.Contains(text)) return text;
        errors.Add(Wrong.Value(name, text, supported));
        return null;
    }

    private static JsonElement? Unquoted(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return value;
        var text = value.GetString()!; // a JSON string is never null
        if (text.Length > 32 || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return null;
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return null; // 01, +1, .5: numbers, but none of JSON's
        }
    }
}
