using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>
/// Takes the combinators out of schemas that hold together: follows <c>$ref</c>, joins <c>allOf</c>, turns <c>not</c> inwards, and multiplies <c>anyOf</c>, <c>oneOf</c>, <c>if</c> and dependencies out,
/// so that each alternative is a list of schemas without any of them.
/// </summary>
internal sealed class Alternatives(JsonElement root)
{
    private const int Most = 512;

    private static readonly Place Anything = new(JsonElement.Parse("{}"), "");

    public List<List<Place>> Of(IEnumerable<Place> places)
    {
        var done = new List<List<Place>>();
        Expand([.. places], [], [], done);
        return done;
    }

    private void Expand(List<Place> open, List<Place> leaves, HashSet<string> seen, List<List<Place>> done)
    {
        while (open.Count > 0)
        {
            var place = open[^1];
            open.RemoveAt(open.Count - 1);
            if (place.Schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                if (place.Schema.ValueKind == JsonValueKind.True == place.Not)
                {
                    return;
                }

                continue;
            }

            if (!seen.Add(place.Key))
            {
                continue;
            }

            if (place.Schema.ValueKind != JsonValueKind.Object)
            {
                throw new SchemaException(place.Path, $"a schema is an object or a boolean, not {place.Schema.ValueKind.ToString().ToLowerInvariant()}");
            }

            var choices = new List<List<List<Place>>>();
            if (place.Clause is not null)
            {
                leaves.Add(place);
            }
            else if (place.Not)
            {
                choices.Add(Negation.Of(place, root));
            }
            else
            {
                leaves.Add(place);
                open.AddRange(Joined(place));
                choices.AddRange(Choices(place));
            }

            if (choices.Count > 0)
            {
                foreach (var picked in Product(choices))
                {
                    Expand([.. open, .. picked], [.. leaves], [.. seen], done);
                }

                return;
            }
        }

        if (done.Count >= Most)
        {
            throw new SchemaException(leaves.Count > 0 ? leaves[0].Path : "", $"there are more than {Most} alternatives");
        }

        done.Add(leaves.Count > 0 ? leaves : [Anything]);
    }

    /// <summary>What holds beside the place.</summary>
    private IEnumerable<Place> Joined(Place place)
    {
        if (place.Has("$ref", out var reference))
        {
            yield return References.Resolve(root, place, reference);
        }

        if (place.Has("not", out var not))
        {
            yield return place.Inside("not", not).Negated();
        }

        if (place.Has("allOf", out var all))
        {
            foreach (var child in Children(place, "allOf", all))
            {
                yield return child;
            }
        }
    }

    /// <summary>Ways to keep to each keyword that leaves a choice.</summary>
    private static IEnumerable<List<List<Place>>> Choices(Place place)
    {
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (place.Has(keyword, out var any))
            {
                yield return [.. Children(place, keyword, any).Select(child => new List<Place> { child })];
            }
        }

        if (place.Has("if", out var condition) && (place.Has("then", out _) || place.Has("else", out _)))
        {
            var holds = place.Inside("if", condition);
            yield return [[holds, .. place.Has("then", out var then) ? [place.Inside("then", then)] : Array.Empty<Place>()], [holds.Negated(), .. place.Has("else", out var otherwise) ? [place.Inside("else", otherwise)] : Array.Empty<Place>()]];
        }

        foreach (var keyword in (string[])["dependentRequired", "dependentSchemas", "dependencies"])
        {
            if (place.Has(keyword, out var dependencies))
            {
                foreach (var dependency in dependencies.ValueKind == JsonValueKind.Object ? dependencies.EnumerateObject() : throw place.Wrong(keyword, "expected an object"))
                {
                    yield return [[place with { Not = true, Clause = new(keyword, dependency.Name) }], [Present(place, dependency.Name), .. Needed(place, keyword, dependency)]];
                }
            }
        }
    }

    private static IEnumerable<Place> Needed(Place place, string keyword, JsonProperty dependency) => dependency.Value.ValueKind == JsonValueKind.Array && keyword != "dependentSchemas"
        ? Facets.Names(place, keyword, dependency.Value).Select(name => Present(place, name))
        : keyword != "dependentRequired" ? [place.Inside(keyword, dependency.Name, dependency.Value)] : throw place.Wrong(keyword, "expected lists of names");

    private static Place Present(Place place, string name) => place with { Clause = new("required", name) };

    private static IEnumerable<IEnumerable<Place>> Product(IEnumerable<List<List<Place>>> choices) => choices.Aggregate(
        (IEnumerable<IEnumerable<Place>>)[[]],
        (all, ways) => all.SelectMany(_ => ways, (before, way) => before.Concat(way)));

    public static List<Place> Children(Place place, string keyword, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw place.Wrong(keyword, "expected a list of schemas, not empty");
        }

        return [.. list.EnumerateArray().Select((child, i) => place.Inside(keyword, i, child))];
    }
}
