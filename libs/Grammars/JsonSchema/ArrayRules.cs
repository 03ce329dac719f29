using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>Arrays by number of items, with the first ones perhaps each of its own kind.</summary>
internal sealed class ArrayRules(SchemaCompiler schemas, RuleSet rules)
{
    private static readonly Expression Comma = Expression.Sequence(Expression.Of(","), SchemaCompiler.Space);

    public Expression Of(Facets facets)
    {
        var parts = facets.Leaves.Select(leaf => new ArrayPart(leaf)).ToList();
        var firsts = parts.Max(part => part.First.Count);
        var (min, max) = (facets.MinItems, facets.MaxItems ?? int.MaxValue);
        if (parts.All(part => part.Others is null) && firsts > 0 && min <= firsts)
        {
            // nothing is said of further items: none are needed
            max = Math.Min(max, firsts);
        }

        if (min > max)
        {
            return new Choice([]);
        }

        var counted = new CountedItems(schemas, rules, index => Item(parts, index), firsts, min, max);
        var contained = parts.Select(part => part.Contains).OfType<Contained>().ToList();
        Expression items;
        if (facets.UniqueItems is { } unique && max > 1)
        {
            items = contained.Count == 0 ? counted.Distinct(unique) : throw new SchemaException(unique, "'uniqueItems' can't be kept beside 'contains'");
        }
        else if (contained.Count > 0)
        {
            items = contained is [var only] ? counted.Containing(only) : throw new SchemaException(contained[1].Place.Path, "only one 'contains' can be kept of an array");
        }
        else
        {
            items = Items(parts, firsts, min, max);
        }

        return Expression.Sequence(Expression.Of("["), SchemaCompiler.Space, items, Expression.Of("]"));
    }

    private Expression Items(List<ArrayPart> parts, int firsts, int min, int max)
    {
        if (max == 0)
        {
            return Expression.Empty;
        }

        // From the end: what follows the first items, then each of those, optional from the least number on.
        var rest = schemas.Value(Item(parts, firsts));
        Expression after = max <= firsts ? Expression.Empty : new Repeat(Expression.Sequence(Comma, rest), Math.Max(0, min - firsts), max == int.MaxValue ? null : max - firsts);
        for (var i = Math.Min(firsts, max) - 1; i > 0; i--)
        {
            after = Expression.Sequence(Comma, schemas.Value(Item(parts, i)), after);
            after = i >= min ? after.Optional() : after;
        }

        var items = firsts > 0
            ? Expression.Sequence(schemas.Value(Item(parts, 0)), after)
            : Expression.Sequence(rest, new Repeat(Expression.Sequence(Comma, rest), Math.Max(0, min - 1), max == int.MaxValue ? null : max - 1));
        items = Expression.Sequence(items, SchemaCompiler.Space);
        return min == 0 ? items.Optional() : items;
    }

    private static List<Place> Item(List<ArrayPart> parts, int index) => [.. parts.Select(part => index < part.First.Count ? part.First[index] : part.Others).OfType<Place>()];
}
