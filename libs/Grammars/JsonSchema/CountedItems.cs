using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>Items of which more has to be remembered than their number: a rule for each number of items and what is remembered of them.</summary>
/// <param name="kind">The schemas an item keeps to, by its place; the same from <paramref name="firsts"/> on.</param>
internal sealed class CountedItems(SchemaCompiler schemas, RuleSet rules, Func<int, List<Place>> kind, int firsts, int min, int max)
{
    /// <summary>With more, the ways to leave some of them out would be too many rules.</summary>
    private const int MostDistinct = 8;

    private const int MostCounted = 1_000;

    private static readonly Expression Comma = Expression.Sequence(Expression.Of(","), SchemaCompiler.Space);

    /// <summary>Items of which some keep to one more schema.</summary>
    public Expression Containing(Contained contained)
    {
        var last = max == int.MaxValue ? Math.Max(min, firsts) : max;
        var enough = contained.Most ?? contained.Least;
        return (last + 1L) * (enough + 1L) <= MostCounted
            ? Rest(0, 0, [], Next, Math.Max(last, 1), held => held >= contained.Least)
            : throw new SchemaException(contained.Place.Path, "there are too many items to be counted; less will do with a lower 'maxItems', 'minContains' or 'maxContains'");

        IEnumerable<(Expression Item, int Memory)> Next(int index, int held)
        {
            var places = kind(index);
            if (held < enough)
            {
                yield return (schemas.Value([.. places, contained.Place]), held + 1);
            }

            yield return (schemas.Value(contained.Most is null ? places : [.. places, contained.Place.Negated()]), held);
        }
    }

    /// <summary>Items no two of which are equal.</summary>
    /// <param name="path">Where that is asked.</param>
    public Expression Distinct(string path)
    {
        var each = Enumerable.Range(0, Math.Min(firsts + 1, max)).Select(index => schemas.Every(kind(index)) ?? throw Unkept()).ToList();
        var all = each.SelectMany(values => values).Distinct().ToList();
        return all.Count <= MostDistinct ? Rest(0, 0, [], Next, Math.Max(Math.Max(firsts, all.Count), 1), _ => true) : throw Unkept();

        IEnumerable<(Expression Item, int Memory)> Next(int index, int used) =>
            each[Math.Min(index, each.Count - 1)].Select(value => (Expression.Of(value), Memory: used | (1 << all.IndexOf(value)))).Where(step => step.Memory != used);

        SchemaException Unkept() => new(path, $"'uniqueItems' can be kept where the items are of at most {MostDistinct} values ('enum', 'const', 'boolean', 'null'), or 'maxItems' is 1");
    }

    /// <param name="last">From this number of items on their number no longer matters, unless it is limited.</param>
    private Expression Rest(int count, int memory, Dictionary<(int, int), Expression> known, Func<int, int, IEnumerable<(Expression Item, int Memory)>> next, int last, Func<int, bool> mayEnd)
    {
        if (known.TryGetValue((count, memory), out var rest))
        {
            return rest;
        }

        var name = rules.Reserve("items");
        known[(count, memory)] = new Reference(name);
        var ways = new List<Expression>();
        if (count < max)
        {
            foreach (var (item, then) in next(count, memory))
            {
                ways.Add(Expression.Sequence(count > 0 ? Expression.Sequence(Comma, item) : item, Rest(Math.Min(count + 1, last), then, known, next, last, mayEnd)));
            }
        }

        if (count >= min && mayEnd(memory))
        {
            ways.Add(count > 0 ? SchemaCompiler.Space : Expression.Empty);
        }

        rules[name] = Expression.Any([.. ways]);
        return known[(count, memory)];
    }
}
