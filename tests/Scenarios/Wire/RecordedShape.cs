using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Compares the shape of an answer with a recorded one's: keys, kinds and nulls, not what was said.</summary>
internal static class RecordedShape
{
    /// <summary>Null or not as the model has it.</summary>
    private static readonly HashSet<string> TheModels = ["content", "refusal", "effort", "context", "prompt_cache_retention", "tool_calls", "function_call", "created", "completed_at", "first_id", "last_id"];

    /// <summary>Keys of models that only OpenAI has.</summary>
    private static readonly HashSet<string> TheirOwn = ["phase", "mode"];

    /// <summary>Keys that are maps: their names are the client's.</summary>
    private static readonly HashSet<string> Maps = ["metadata", "parameters"];

    /// <param name="exact">Whether a key that was not recorded is a difference too.</param>
    public static IEnumerable<string> Differences(JsonElement recorded, JsonElement ours, bool exact, string path = "")
    {
        if (Kind(recorded) != Kind(ours))
        {
            yield return $"{path}: {ours.GetRawText()} instead of {recorded.GetRawText()}";
        }
        else if (recorded.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in recorded.EnumerateObject().Where(property => !TheirOwn.Contains(property.Name)))
            {
                if (!ours.TryGetProperty(property.Name, out var value))
                {
                    if (!TheModels.Contains(property.Name)) yield return $"{path}.{property.Name} is missing";
                }
                else if (!Maps.Contains(property.Name) && !(TheModels.Contains(property.Name) && (value.ValueKind == JsonValueKind.Null || property.Value.ValueKind == JsonValueKind.Null)))
                {
                    foreach (var inside in Differences(property.Value, value, exact, $"{path}.{property.Name}")) yield return inside;
                }
            }

            foreach (var property in ours.EnumerateObject().Where(property => exact && !TheModels.Contains(property.Name) && !recorded.TryGetProperty(property.Name, out _))) yield return $"{path}.{property.Name} was not recorded";
        }
        else if (recorded.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, element) in ours.EnumerateArray().Index())
            {
                if (Like(recorded, element, i) is not { } one) continue;
                foreach (var inside in Differences(one, element, exact, $"{path}[{i}]")) yield return inside;
            }
        }
    }

    /// <summary>The recorded element to compare with: of the same type where elements have one, else at the same place.</summary>
    private static JsonElement? Like(JsonElement recorded, JsonElement element, int place)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type))
        {
            return recorded.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object && one.TryGetProperty("type", out var other) && other.ValueEquals(type.GetString())).Select(one => (JsonElement?)one).FirstOrDefault();
        }

        return place < recorded.GetArrayLength() ? recorded[place] : null;
    }

    private static JsonValueKind Kind(JsonElement json) => json.ValueKind == JsonValueKind.False ? JsonValueKind.True : json.ValueKind;
}
