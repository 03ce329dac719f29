using System.Text.Json;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;
using Platform.Grammars.Patterns;

namespace Platform.Grammars.JsonSchema;

/// <summary>What one schema says of an object's properties.</summary>
internal sealed class ObjectPart
{
    private static readonly JsonElement False = JsonElement.Parse("false");

    public ObjectPart(Place leaf)
    {
        if (leaf is { Not: true, Clause: { Name: var name } clause })
        {
            if (clause.Keyword == "properties")
            {
                var whole = leaf with { Not = false, Clause = null };
                Properties[name] = whole.Inside("properties", name, whole.Schema.GetProperty("properties").GetProperty(name)).Negated();
            }
            else if (name.Length > 0)
            {
                Properties[name] = leaf.Inside(clause.Keyword, name, False);
            }
        }

        if (leaf.Has("properties", out var properties))
        {
            NamesProperties = true;
            foreach (var property in Object(leaf, "properties", properties))
            {
                Properties[property.Name] = leaf.Inside("properties", property.Name, property.Value);
            }
        }

        if (leaf.Has("patternProperties", out var patterns))
        {
            Patterns.AddRange(Object(leaf, "patternProperties", patterns).Select(pattern => (pattern.Name, leaf.Inside("patternProperties", pattern.Name, pattern.Value), this)));
        }

        Additional = leaf.Has("additionalProperties", out var additional) ? leaf.Inside("additionalProperties", additional) : null;
        Names = leaf.Has("propertyNames", out var names) ? leaf.Inside("propertyNames", names) : null;
    }

    public Dictionary<string, Place> Properties { get; } = [];
    public List<(string Pattern, Place Place, ObjectPart Part)> Patterns { get; } = [];
    public Place? Additional { get; }
    public Place? Names { get; }
    public bool NamesProperties { get; }
    public bool IsClosed => Additional is { Schema.ValueKind: JsonValueKind.False };
    public bool SaysNothingOfOthers => Additional is null && Names is null && Patterns.Count == 0;

    /// <summary>The schemas a property of this name has to keep.</summary>
    public IEnumerable<Place> For(string name)
    {
        var found = Patterns.Where(pattern => Matches(pattern.Pattern, pattern.Place, name)).Select(pattern => pattern.Place).ToList();
        if (Properties.TryGetValue(name, out var property))
        {
            found.Insert(0, property);
        }

        return found.Count > 0 || Additional is null ? found : [Additional.Value];
    }

    private static bool Matches(string pattern, Place place, string name) =>
        !SchemaCompiler.At(place.Path, () => Automaton.Of(RegexReader.Anywhere(pattern)).Intersect(Automaton.Of(Expression.Of(name)))).IsEmpty;

    private static JsonElement.ObjectEnumerator Object(Place leaf, string keyword, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw leaf.Wrong(keyword, "expected an object of schemas");
}
