using System.Text.Json;

namespace Platform.OpenAi.Reading;

/// <summary>Half of a surrogate pair can be written in JSON as an escape.</summary>
internal static class Unicode
{
    /// <summary>Throws <see cref="InvalidOperationException"/> for a string that is not valid Unicode, so that what is read later can't.</summary>
    public static void Check(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray()) Check(element);
                break;
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    _ = property.Name;
                    Check(property.Value);
                }

                break;
        }
    }
}
