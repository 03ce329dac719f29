using System.Text.Json;

namespace Platform.OpenAi.Tests;

/// <summary>Compares what we write with what OpenAI's own service wrote.</summary>
internal static class Recorded
{
    /// <summary>Paths at which a recorded key is not there, or is of another kind; null stands for any kind.</summary>
    /// <param name="without">Keys of OpenAI's own business.</param>
    public static IEnumerable<string> Missing(JsonElement recorded, JsonElement ours, string path = "", params string[] without)
    {
        if (recorded.ValueKind == JsonValueKind.Null || ours.ValueKind == JsonValueKind.Null) yield break;
        if (Kind(recorded) != Kind(ours))
        {
            yield return $"{path}: {ours.ValueKind} instead of {recorded.ValueKind}";
        }
        else if (recorded.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in recorded.EnumerateObject().Where(property => !without.Contains(property.Name)))
            {
                if (!ours.TryGetProperty(property.Name, out var value)) yield return $"{path}.{property.Name}";
                else foreach (var inside in Missing(property.Value, value, $"{path}.{property.Name}", without)) yield return inside;
            }
        }
        else if (recorded.ValueKind == JsonValueKind.Array && recorded.GetArrayLength() > 0 && ours.GetArrayLength() > 0)
        {
            foreach (var inside in Missing(recorded[0], ours[0], $"{path}[0]", without)) yield return inside;
        }
    }

    private static JsonValueKind Kind(JsonElement json) => json.ValueKind == JsonValueKind.False ? JsonValueKind.True : json.ValueKind;
}
