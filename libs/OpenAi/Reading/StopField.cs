using System.Text.Json;

namespace Platform.OpenAi.Reading;

internal static class StopField
{
    private const int Most = 4;

    public static IReadOnlyList<string> Read(JsonObjectReader fields, FirstError errors)
    {
        if (!fields.Has("stop", out var value)) return [];
        if (value.ValueKind == JsonValueKind.String) return [Texts.One(value, "stop", errors)];
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(Wrong.Type("stop", "one of a string or array of strings", value));
            return [];
        }

        if (value.GetArrayLength() > Most) errors.Add(Wrong.LongArray("stop", Most, value.GetArrayLength()));
        if (value.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray("stop"));
        return Texts.Read(value, "stop", errors);
    }
}
