using System.Globalization;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Requests;

/// <summary>Reads a query string with OpenAI's checks; remembers the first thing that was wrong.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public ApiError? Error { get; private set; } = WithNul(query);

    public string? Text(string name) => query[name].LastOrDefault() is { Length: > 0 } text ? text : null;

    public long? Integer(string name, long min, long max)
    {
        if (Text(name) is not { } text) return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) Refuse(name, $"Invalid type for '{name}': expected an integer, but got '{text}' instead.", "invalid_type");
        else if (number < min) Refuse(name, $"Invalid '{name}': integer below minimum value. Expected a value >= {min}, but got {number} instead.", "integer_below_min_value");
        else if (number > max) Refuse(name, $"Invalid '{name}': integer above maximum value. Expected a value <= {max}, but got {number} instead.", "integer_above_max_value");
        else return number;
        return null;
    }

    public bool? Boolean(string name)
    {
        if (OneOf(name, "true", "false") is not { } text) return null;
        return text == "true";
    }

    public string? OneOf(string name, params string[] supported)
    {
        if (Text(name) is { } text) return Check(name, text, supported);
        return null;
    }

    /// <summary><c>name[]=a&amp;name[]=b</c> as the SDKs send it, or <c>name=a&amp;name=b</c>, or <c>name=a,b</c>.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. query[$"{name}[]"].Concat(query[name]).SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];

    public IReadOnlyList<string> ListOf(string name, params string[] supported) => [.. List(name).Select(value => Check(name, value, supported)).OfType<string>()];

    /// <summary><c>name[key]=value</c>.</summary>
    public IReadOnlyDictionary<string, string> Map(string name) =>
        query.Where(pair => pair.Key.StartsWith($"{name}[", StringComparison.Ordinal) && pair.Key.EndsWith(']') && pair.Key.Length > name.Length + 2)
            .ToDictionary(pair => pair.Key[(name.Length + 1)..^1], pair => pair.Value.LastOrDefault() ?? "");

    public void Refuse(string name, string message, string code) => Error ??= ApiError.Invalid(message, name, code);

    /// <summary>No text of a database holds one.</summary>
    private static ApiError? WithNul(IQueryCollection query) =>
        query.FirstOrDefault(pair => pair.Key.Contains('\0') || pair.Value.Any(value => value?.Contains('\0') == true)) is { Key: { } name } ? ApiError.Invalid("A NUL character is no part of any value.", name.Replace("\0", "", StringComparison.Ordinal), "invalid_value") : null;

    private string? Check(string name, string value, string[] supported)
    {
        if (supported.Contains(value)) return value;
        Refuse(name, $"Invalid value: '{value}'. Supported values are: {string.Join(", ", supported.Select(one => $"'{one}'"))}.", "invalid_value");
        return null;
    }
}
