using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>
/// Checks that no value keeps two schemas of a <c>oneOf</c>: by their types, by values they name, by limits, or by a property that both require.
/// Where that can't be seen they are refused, for a value of both would have to be.
/// </summary>
internal static class ExactlyOne
{
    public static void Check(IReadOnlyList<Place> places, Alternatives alternatives)
    {
        foreach (var place in Reached(places, alternatives))
        {
            if (!place.Has("oneOf", out var list))
            {
                continue;
            }

            var children = Alternatives.Children(place, "oneOf", list).Select(child => (child.Path, Facets: alternatives.Of([child]).Select(leaves => new Facets(leaves)).ToList())).ToList();
            for (var i = 0; i < children.Count; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    if (children[i].Facets.Any(a => children[j].Facets.Any(b => !Apart(a, b, alternatives, 0))))
                    {
                        throw new SchemaException(children[i].Path, $"it can't be told apart from {children[j].Path}, so that exactly one of them would hold; use 'anyOf', or give both a required property of different 'const' values");
                    }
                }
            }
        }
    }

    private static IEnumerable<Place> Reached(IReadOnlyList<Place> places, Alternatives alternatives) =>
        alternatives.Of(places).SelectMany(leaves => leaves).DistinctBy(leaf => leaf.Key);

    private static bool Apart(Facets a, Facets b, Alternatives alternatives, int depth)
    {
        var shared = a.Types & b.Types;
        if (a.Values is { } some && b.Values is { } others)
        {
            return !some.Any(value => (shared & value.TypeOf()) != 0 && others.Any(other => JsonElement.DeepEquals(value, other)));
        }

        if (a.Values is not null || b.Values is not null)
        {
            shared &= (a.Values ?? b.Values!).Aggregate(JsonTypes.None, (all, value) => all | value.TypeOf()); // one of them is not null
        }

        return shared switch
        {
            JsonTypes.None => true,
            _ when (shared & ~JsonTypes.Number) == 0 => Above(a.Least, b.Most) || Above(b.Least, a.Most),
            JsonTypes.String => a.MaxLength < b.MinLength || b.MaxLength < a.MinLength,
            JsonTypes.Array => a.MaxItems < b.MinItems || b.MaxItems < a.MinItems,
            JsonTypes.Object => depth < 8 && (Differ(a, b, alternatives, depth) || Forbids(a, b) || Forbids(b, a)),
            _ => false,
        };
    }

    private static bool Above(Bound? least, Bound? most) =>
        least is { } low && most is { } high && (low.Number.CompareTo(high.Number) is var order && (order > 0 || (order == 0 && (low.Exclusive || high.Exclusive))));

    /// <summary>Whether a property both require has no value in common.</summary>
    private static bool Differ(Facets a, Facets b, Alternatives alternatives, int depth) => a.Required.Intersect(b.Required).Any(name =>
    {
        var (mine, its) = (Property(a, name), Property(b, name));
        return mine.Count > 0 && its.Count > 0
            && alternatives.Of(mine).All(one => alternatives.Of(its).All(other => Apart(new Facets(one), new Facets(other), alternatives, depth + 1)));
    });

    /// <summary>Whether one requires what the other does not let be there.</summary>
    private static bool Forbids(Facets a, Facets b) =>
        b.Required.Any(name => a.Leaves.Select(leaf => new ObjectPart(leaf)).Any(part => part.IsClosed && part.Patterns.Count == 0 && !part.Properties.ContainsKey(name)));

    private static List<Place> Property(Facets facets, string name) =>
        [.. facets.Leaves.Select(leaf => new ObjectPart(leaf)).Where(part => part.Properties.ContainsKey(name)).Select(part => part.Properties[name])];
}
