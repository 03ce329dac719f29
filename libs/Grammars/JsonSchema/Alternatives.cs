using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>
/// Takes the combinators out of schemas that hold together: follows <c>$ref</c>, joins <c>allOf</c>, and multiplies <c>anyOf</c> and <c>oneOf</c> out,
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
            if (place.Schema.ValueKind == JsonValueKind.False)
            {
                return;
            }

            if (place.Schema.ValueKind == JsonValueKind.True || !seen.Add(place.Path))
            {
                continue;
            }

            if (place.Schema.ValueKind != JsonValueKind.Object)
            {
                throw new SchemaException(place.Path, $"a schema is an object or a boolean, not {place.Schema.ValueKind.ToString().ToLowerInvariant()}");
            }

            leaves.Add(place);
            if (place.Has("$ref", out var reference))
            {
                open.Add(References.Resolve(root, place, reference));
            }

            if (place.Has("allOf", out var all))
            {
                open.AddRange(Children(place, "allOf", all));
            }

            foreach (var keyword in (string[])["anyOf", "oneOf"])
            {
                if (place.Has(keyword, out var any))
                {
                    // The place itself is a leaf already; what is left of it is the other keyword.
                    var rest = keyword == "anyOf" && place.Has("oneOf", out var one) ? Children(place, "oneOf", one) : [];
                    foreach (var child in Children(place, keyword, any))
                    {
                        foreach (var other in rest.Count == 0 ? [(Place?)null] : rest.Select(choice => (Place?)choice))
                        {
                            Expand([.. open, child, .. other is { } also ? [also] : Array.Empty<Place>()], [.. leaves], [.. seen], done);
                        }
                    }

                    return;
                }
            }
        }

        if (done.Count >= Most)
        {
            throw new SchemaException(leaves.Count > 0 ? leaves[0].Path : "", $"there are more than {Most} alternatives");
        }

        done.Add(leaves.Count > 0 ? leaves : [Anything]);
    }

    public static List<Place> Children(Place place, string keyword, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw place.Wrong(keyword, "expected a list of schemas, not empty");
        }

        return [.. list.EnumerateArray().Select((child, i) => place.Inside(keyword, i, child))];
    }
}
