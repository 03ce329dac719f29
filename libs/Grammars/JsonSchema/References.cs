using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>Finds what a <c>$ref</c> points to, within the same document.</summary>
internal static class References
{
    public static Place Resolve(JsonElement root, Place place, JsonElement reference)
    {
        var text = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw place.Wrong("$ref", "expected a string"); // a JSON string is never null
        if (!text.StartsWith('#'))
        {
            throw place.Wrong("$ref", $"'{text}' is outside this schema; only references that begin with '#' can be followed");
        }

        var (current, path) = (root, "");
        foreach (var part in text[1..].Split('/').Skip(1))
        {
            var key = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (current.ValueKind == JsonValueKind.Object && current.TryGetProperty(key, out var inner))
            {
                current = inner;
            }
            else if (current.ValueKind == JsonValueKind.Array && int.TryParse(key, out var index) && index >= 0 && index < current.GetArrayLength())
            {
                current = current[index];
            }
            else
            {
                throw place.Wrong("$ref", $"'{text}' points to nothing");
            }

            path += $"/{part}";
        }

        return text.Length > 1 && text[1] != '/' ? throw place.Wrong("$ref", $"'{text}': anchors can't be followed, only pointers") : new Place(current, path);
    }
}
