using System.Text.Json;

namespace Platform.OpenAi.Reading;

internal static class Texts
{
    /// <summary>An array of strings, none of them empty.</summary>
    public static IReadOnlyList<string> Read(JsonElement array, string path, FirstError errors) => [.. array.EnumerateArray().Select((text, i) => One(text, $"{path}[{i}]", errors))];

    /// <summary>A string that is not empty.</summary>
    public static string One(JsonElement value, string path, FirstError errors)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(Wrong.Type(path, "a string", value));
            return "";
        }

        var text = value.GetString()!; // a JSON string is never null
        if (text.Length == 0) errors.Add(Wrong.EmptyText(path));
        return text;
    }
}
