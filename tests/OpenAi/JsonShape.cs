using System.Text.Json;

namespace Platform.OpenAi.Tests;

internal static class JsonShape
{
    /// <summary>Keys in their order and the kinds of their values; of an array its first element.</summary>
    /// <param name="without">Keys left out.</param>
    public static string Of(JsonElement json, params string[] without) => json.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(", ", json.EnumerateObject().Where(property => !without.Contains(property.Name)).Select(property => $"{property.Name}: {Of(property.Value, without)}"))}}}",
        JsonValueKind.Array => $"[{(json.GetArrayLength() > 0 ? Of(json[0], without) : "")}]",
        var kind => kind.ToString(),
    };
}
