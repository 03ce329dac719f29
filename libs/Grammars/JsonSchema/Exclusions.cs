using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>What a value must not be; each with the path that says so.</summary>
internal sealed class Exclusions
{
    public List<(JsonElement Value, string Path)> Values { get; } = [];
    public List<(string Text, string Path)> Patterns { get; } = [];
    public List<(Decimals Number, string Path)> Multiples { get; } = [];

    public IEnumerable<(string Text, string Path)> Texts => Values.Where(excluded => excluded.Value.ValueKind == JsonValueKind.String).Select(excluded => (excluded.Value.GetString()!, excluded.Path)); // a JSON string is never null

    public IEnumerable<Decimals> Numbers => Values.Where(excluded => excluded.Value.ValueKind == JsonValueKind.Number).Select(excluded => Decimals.Of(excluded.Value));

    public bool Allow(JsonElement value) => !Values.Any(excluded => JsonElement.DeepEquals(excluded.Value, value));

    /// <summary>Where a value of a kind that can't be told from others is excluded.</summary>
    public string? PathOf(JsonValueKind kind) => Values.Where(excluded => excluded.Value.ValueKind == kind).Select(excluded => excluded.Path).FirstOrDefault();
}
