using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>Reads <c>metadata</c>: at most 16 pairs, keys of at most 64 and values of at most 512 characters.</summary>
internal static class MetadataReader
{
    private const int MostPairs = 16, LongestKey = 64, LongestValue = 512;

    /// <summary>The JSON object as it came; <c>{}</c> where there is none.</summary>
    public static string Read(JsonObjectReader fields, FirstError errors, bool required = false)
    {
        if (fields.Object("metadata") is not { } metadata)
        {
            if (required) errors.Add(Wrong.Missing(fields.PathOf("metadata")));
            return "{}";
        }

        var count = 0;
        foreach (var pair in metadata.EnumerateObject())
        {
            count++;
            var path = fields.PathOf($"metadata.{(pair.Name.Length > LongestKey ? pair.Name[..LongestKey] : pair.Name)}");
            if (pair.Name.Length > LongestKey) errors.Add(Wrong.TooLong(path, LongestKey, pair.Name.Length));
            if (pair.Value.ValueKind != JsonValueKind.String) errors.Add(Wrong.Type(path, "a string", pair.Value));
            else if (pair.Value.GetString() is { Length: > LongestValue } text) errors.Add(Wrong.TooLong(path, LongestValue, text.Length));
            else if (pair.Value.GetString()!.Contains('\0') || pair.Name.Contains('\0')) errors.Add(ApiError.Invalid($"Invalid '{path}': it holds a NUL character.", path, "invalid_value")); // a JSON string is never null
        }

        if (count > MostPairs) errors.Add(Wrong.ManyProperties(fields.PathOf("metadata"), MostPairs, count));
        return metadata.GetRawText();
    }
}
