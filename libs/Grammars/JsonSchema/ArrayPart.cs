using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>What one schema says of an array's items.</summary>
internal sealed class ArrayPart
{
    public ArrayPart(Place leaf)
    {
        if (leaf.Clause is { } clause)
        {
            var whole = leaf with { Not = false, Clause = null };
            if (clause.Keyword == "items")
            {
                Contains = new Contained(whole.Inside("items", whole.Schema.GetProperty("items")).Negated(), 1, null);
            }
            else if (clause.Keyword == "contains")
            {
                Others = whole.Inside("contains", whole.Schema.GetProperty("contains")).Negated();
            }

            return;
        }

        First = leaf.Has("prefixItems", out var prefix) ? Alternatives.Children(leaf, "prefixItems", prefix) : [];
        if (leaf.Has("items", out var items))
        {
            // before draft 2020-12 a list under "items" was what "prefixItems" is now
            var isList = items.ValueKind == JsonValueKind.Array;
            First = isList ? [.. items.EnumerateArray().Select((item, i) => leaf.Inside("items", i, item))] : First;
            Others = !isList ? leaf.Inside("items", items) : leaf.Has("additionalItems", out var further) ? leaf.Inside("additionalItems", further) : null;
        }

        if (leaf.Has("contains", out var contained))
        {
            var (least, most) = (Facets.Count(leaf, "minContains") ?? 1, Facets.Count(leaf, "maxContains"));
            Contains = least > 0 || most is not null ? new Contained(leaf.Inside("contains", contained), least, most) : null;
        }
    }

    public List<Place> First { get; } = [];
    public Place? Others { get; }
    public Contained? Contains { get; }
}

/// <summary>A schema that from <paramref name="Least"/> to <paramref name="Most"/> items keep to.</summary>
/// <param name="Most">Null: any number.</param>
internal sealed record Contained(Place Place, int Least, int? Most);
