using System.Globalization;
using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>OpenAI's texts and codes for what can be wrong with a field.</summary>
internal static class Wrong
{
    public static ApiError Missing(string param) => ApiError.Invalid($"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    public static ApiError Type(string param, string expected, JsonElement got) =>
        ApiError.Invalid($"Invalid type for '{param}': expected {expected}, but got {Kind(got)} instead.", param, "invalid_type");

    public static ApiError Value(string param, string got, ReadOnlySpan<string> supported) =>
        ApiError.Invalid($"Invalid value: '{Cut(got)}'. Supported values are: {List(supported)}.", param, "invalid_value");

    public static ApiError Below(string param, string kind, double min, JsonElement got) =>
        ApiError.Invalid($"Invalid '{param}': {kind} below minimum value. Expected a value >= {Number(min)}, but got {Cut(got.GetRawText())} instead.", param, $"{kind}_below_min_value");

    public static ApiError Above(string param, string kind, double max, JsonElement got) =>
        ApiError.Invalid($"Invalid '{param}': {kind} above maximum value. Expected a value <= {Number(max)}, but got {Cut(got.GetRawText())} instead.", param, $"{kind}_above_max_value");

    public static ApiError TooLong(string param, int max, int length) =>
        ApiError.Invalid($"Invalid '{param}': string too long. Expected a string with maximum length {max}, but got a string with length {length} instead.", param, "string_above_max_length");

    public static ApiError EmptyText(string param) =>
        ApiError.Invalid($"Invalid '{param}': empty string. Expected a string with minimum length 1, but got an empty string instead.", param, "empty_string");

    public static ApiError EmptyArray(string param) =>
        ApiError.Invalid($"Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead.", param, "empty_array");

    public static ApiError LongArray(string param, int max, int length) =>
        ApiError.Invalid($"Invalid '{param}': array too long. Expected an array with maximum length {max}, but got an array with length {length} instead.", param, "array_above_max_length");

    public static ApiError ManyProperties(string param, int max, int count) =>
        ApiError.Invalid($"Invalid '{param}': too many properties. Expected an object with at most {max} properties, but got an object with {count} properties instead.", param, "object_above_max_properties");

    public static bool IsDecimal(JsonElement number) => number.GetRawText().AsSpan().ContainsAny('.', 'e', 'E');

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => IsDecimal(value) ? "a decimal" : "an integer",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string List(ReadOnlySpan<string> values) => values switch
    {
        [var only] => $"'{only}'",
        [var first, var second] => $"'{first}' and '{second}'",
        _ => $"{string.Join(", ", values[..^1].ToArray().Select(value => $"'{value}'"))}, and '{values[^1]}'",
    };

    // long.MaxValue is no double: its neighbour is printed as the integer it stands for
    private static string Number(double number) => number switch
    {
        >= long.MaxValue => long.MaxValue.ToString(CultureInfo.InvariantCulture),
        <= long.MinValue => long.MinValue.ToString(CultureInfo.InvariantCulture),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    public static string Cut(string text) => text.Length <= 64 ? text : $"{text[..64]}…";
}
