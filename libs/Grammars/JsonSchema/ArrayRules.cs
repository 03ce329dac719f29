using System.Text.Json;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>Arrays by number of items, with the first ones perhaps each of its own kind.</summary>
internal sealed class ArrayRules(SchemaCompiler schemas)
{
    private static readonly Expression Comma = Expression.Sequence(Expression.Of(","), SchemaCompiler.Space);

    public Expression Of(Facets facets)
    {
        if (facets.UniqueItems is { } unique && facets.MaxItems is not (0 or 1))
        {
            throw new SchemaException(unique, "'uniqueItems' can't be kept");
        }

        var kinds = facets.Leaves.Select(Kinds).ToList();
        var firsts = kinds.Max(kind => kind.First.Count);
        var (min, max) = (facets.MinItems, facets.MaxItems ?? int.MaxValue);
        if (kinds.All(kind => kind.Others is null) && firsts > 0 && min <= firsts)
        {
            // nothing is said of further items: none are needed
            max = Math.Min(max, firsts);
        }

        if (min > max)
        {
            return new Choice([]);
        }

        // From the end: what follows the first items, then each of those, optional from the least number on.
        var rest = schemas.Value([.. kinds.Select(kind => kind.Others).OfType<Place>()]);
        Expression after = max <= firsts ? Expression.Empty : new Repeat(Expression.Sequence(Comma, rest), Math.Max(0, min - firsts), max == int.MaxValue ? null : max - firsts);
        for (var i = Math.Min(firsts, max) - 1; i > 0; i--)
        {
            after = Expression.Sequence(Comma, Item(kinds, i), after);
            after = i >= min ? after.Optional() : after;
        }

        Expression items;
        if (max == 0)
        {
            items = Expression.Empty;
        }
        else
        {
            items = firsts > 0
                ? Expression.Sequence(Item(kinds, 0), after)
                : Expression.Sequence(rest, new Repeat(Expression.Sequence(Comma, rest), Math.Max(0, min - 1), max == int.MaxValue ? null : max - 1));
            items = Expression.Sequence(items, SchemaCompiler.Space);
            items = min == 0 ? items.Optional() : items;
        }

        return Expression.Sequence(Expression.Of("["), SchemaCompiler.Space, items, Expression.Of("]"));
    }

    private Expression Item(List<(List<Place> First, Place? Others)> kinds, int index) =>
        schemas.Value([.. kinds.Select(kind => index < kind.First.Count ? kind.First[index] : kind.Others).OfType<Place>()]);

    /// <summary>Before draft 2020-12 a list under <c>items</c> was what <c>prefixItems</c> is now.</summary>
    private static (List<Place> First, Place? Others) Kinds(Place leaf)
    {
        var first = leaf.Has("prefixItems", out var prefix) ? Alternatives.Children(leaf, "prefixItems", prefix) : [];
        if (!leaf.Has("items", out var items))
        {
            return (first, null);
        }

        if (items.ValueKind != JsonValueKind.Array)
        {
            return (first, leaf.Inside("items", items));
        }

        return ([.. items.EnumerateArray().Select((item, i) => leaf.Inside("items", i, item))], leaf.Has("additionalItems", out var further) ? leaf.Inside("additionalItems", further) : null);
    }
}
