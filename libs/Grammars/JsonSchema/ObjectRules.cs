using System.Text.Json;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;
using Platform.Grammars.Patterns;

namespace Platform.Grammars.JsonSchema;

/// <summary>Objects: the named properties in the order they are given, those that are not required perhaps left out, then any others.</summary>
internal sealed class ObjectRules(SchemaCompiler schemas, RuleSet rules)
{
    private static readonly Expression Comma = Expression.Sequence(Expression.Of(","), SchemaCompiler.Space);
    private static readonly Expression Colon = Expression.Sequence(Expression.Of(":"), SchemaCompiler.Space);
    private static readonly Expression AnyText = new Repeat(new Characters(CodePointSet.All), 0, null);

    public Expression Of(Facets facets)
    {
        var parts = facets.Leaves.Select(leaf => new ObjectPart(leaf)).ToList();
        var named = parts.SelectMany(part => part.Properties.Keys).Concat(facets.Required).Distinct().ToList();
        var members = new List<(Expression Member, bool Required)>();
        foreach (var name in named)
        {
            var key = StringRules.Quoted(Expression.Of(JsonStrings.Escape(name)));
            var value = schemas.Value([.. parts.SelectMany(part => part.For(name))]);
            var required = facets.Required.Contains(name);
            members.Add((rules.Add(rules.Reserve("property"), Expression.Sequence(key, Colon, value)), required));
        }

        var others = Others(parts, facets, named);
        var body = Members(members, others, facets.MinProperties, facets.MaxProperties);
        return Expression.Sequence(Expression.Of("{"), SchemaCompiler.Space, body, Expression.Of("}"));
    }

    /// <summary>
    /// A rule for each place among the properties and each number of those there; the number counts only as far as it matters.
    /// </summary>
    private Expression Members(List<(Expression Member, bool Required)> members, Expression? others, int min, int? max)
    {
        var most = max ?? int.MaxValue;
        var cap = max is { } limit ? Math.Min(limit, members.Count + (others is null ? 0 : Math.Max(min, limit))) : Math.Max(1, min);
        var known = new Dictionary<(int, int), Expression>();
        Expression Rest(int index, int count)
        {
            if (index == members.Count)
            {
                return Further(count);
            }

            var key = (index, Math.Min(count, cap));
            if (known.TryGetValue(key, out var rest))
            {
                return rest;
            }

            var name = rules.Reserve("members");
            known[key] = new Reference(name);
            var (member, required) = members[index];
            var ways = new List<Expression>();
            if (count < most)
            {
                ways.Add(Expression.Sequence(count > 0 ? Expression.Sequence(Comma, member) : member, Rest(index + 1, Math.Min(count + 1, cap))));
            }

            if (!required)
            {
                ways.Add(Rest(index + 1, count));
            }

            rules[name] = Expression.Any([.. ways]);
            return known[key];
        }

        Expression Further(int count)
        {
            var end = count > 0 ? SchemaCompiler.Space : Expression.Empty;
            if (others is null || count >= most)
            {
                return count >= min ? end : new Choice([]);
            }

            var (least, greatest) = (Math.Max(0, min - count), max - count);
            if (count > 0)
            {
                return Expression.Sequence(new Repeat(Expression.Sequence(Comma, others), least, greatest), end);
            }

            var some = Expression.Sequence(others, new Repeat(Expression.Sequence(Comma, others), Math.Max(0, least - 1), greatest - 1), SchemaCompiler.Space);
            return least == 0 ? some.Optional() : some;
        }

        if (members.Count * (long)cap > 100_000)
        {
            throw new SchemaException("", "there are too many properties to be counted");
        }

        return Rest(0, 0);
    }

    /// <summary>A member whose name is not among those named; null: there may be none.</summary>
    private Expression? Others(List<ObjectPart> parts, Facets facets, List<string> named)
    {
        if (parts.Any(part => part.IsClosed && part.Patterns.Count == 0) || (parts.All(part => part.SaysNothingOfOthers) && parts.Any(part => part.NamesProperties)))
        {
            return null;
        }

        var patterns = parts.SelectMany(part => part.Patterns).ToList();
        if (patterns.Count == 0 && named.Count == 0 && parts.All(part => part.Names is null))
        {
            return Expression.Sequence(SchemaCompiler.AnyString, Colon, schemas.Value([.. parts.Select(part => part.Additional).OfType<Place>()]));
        }

        var path = facets.Leaves[0].Path;
        return SchemaCompiler.At(patterns.Count > 0 ? patterns[0].Place.Path : path, () =>
        {
            var free = parts.Where(part => part.Names is not null).Select(part => Names(part.Names!.Value)).Aggregate(Automaton.Of(AnyText), (all, names) => all.Intersect(names)); // filtered to those that have it
            if (named.Count > 0)
            {
                free = free.Except(Automaton.Of(new Choice([.. named.Select(Expression.Of)])));
            }

            var members = new List<Expression>();
            Split(parts, patterns, 0, free, [], members);
            return members.Count == 0 ? null : rules.Add(rules.Reserve("other"), Expression.Any([.. members]));
        });
    }

    /// <summary>Tells names apart by which patterns they match.</summary>
    private void Split(List<ObjectPart> parts, List<(string Pattern, Place Place, ObjectPart Part)> patterns, int index, Automaton names, List<(Place Place, ObjectPart Part)> matched, List<Expression> members)
    {
        if (names.IsEmpty)
        {
            return;
        }

        if (index < patterns.Count)
        {
            var (pattern, place, part) = patterns[index];
            var matching = SchemaCompiler.At(place.Path, () => Automaton.Of(RegexReader.Anywhere(pattern)));
            Split(parts, patterns, index + 1, names.Intersect(matching), [.. matched, (place, part)], members);
            Split(parts, patterns, index + 1, names.Except(matching), matched, members);
            return;
        }

        var untouched = parts.Where(part => matched.All(match => match.Part != part)).ToList();
        if (untouched.Any(part => part.IsClosed) || (matched.Count == 0 && untouched.All(part => part.SaysNothingOfOthers) && patterns.Count > 0))
        {
            return;
        }

        var value = schemas.Value([.. matched.Select(match => match.Place), .. untouched.Select(part => part.Additional).OfType<Place>()]);
        var key = StringRules.Quoted(JsonStrings.Encode(names, rules, "name"));
        members.Add(Expression.Sequence(key, Colon, value));
    }

    private Automaton Names(Place place)
    {
        var all = schemas.Texts(place);
        return all ?? throw new SchemaException(place.Path, "only 'pattern', 'format', 'minLength', 'maxLength', 'enum' and 'const' can be kept for names");
    }
}
