using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;
using Platform.Grammars.Patterns;

namespace Platform.Grammars.JsonSchema;

/// <summary>Strings by length, pattern and format. One of them alone is written as it is; several are combined as automata.</summary>
internal sealed class StringRules(RuleSet rules)
{
    private static readonly Expression Anything = new Characters(CodePointSet.All);

    /// <summary>A whole JSON string.</summary>
    public Expression Of(Facets facets)
    {
        var asked = Asked(facets).ToList();
        var limited = facets.MinLength > 0 || facets.MaxLength is not null;
        var refused = Refused(facets).ToList();
        if (refused.Count > 0)
        {
            return SchemaCompiler.At(refused[0].Path, () => Quoted(JsonStrings.Encode(Texts(facets), rules, "text")));
        }

        if (asked.Count == 0)
        {
            return Quoted(limited ? JsonStrings.AnyCharacter.Times(facets.MinLength, facets.MaxLength) : new Repeat(JsonStrings.AnyCharacter, 0, null));
        }

        if (asked.Count == 1 && !limited)
        {
            return Quoted(JsonStrings.Encode(asked[0].Expression));
        }

        var first = asked[0].Path;
        return SchemaCompiler.At(first, () => Quoted(JsonStrings.Encode(Texts(facets), rules, "text")));
    }

    /// <summary>The texts that keep to all that is asked.</summary>
    public static Automaton Texts(Facets facets)
    {
        var all = Asked(facets).Select(one => SchemaCompiler.At(one.Path, () => Automaton.Of(one.Expression))).Aggregate((Automaton?)null, (a, b) => a?.Intersect(b) ?? b);
        var (shortest, longest) = all?.Lengths() ?? (0, null);
        if (all is null || facets.MinLength > shortest || (facets.MaxLength is not null && !(longest <= facets.MaxLength)))
        {
            var lengths = Automaton.Of(Anything.Times(facets.MinLength, facets.MaxLength));
            all = all?.Intersect(lengths) ?? lengths;
        }

        return Refused(facets).Aggregate(all, (texts, one) => SchemaCompiler.At(one.Path, () => texts.Except(Automaton.Of(one.Expression))));
    }

    private static IEnumerable<(Expression Expression, string Path)> Asked(Facets facets)
    {
        foreach (var (text, path) in facets.Patterns)
        {
            yield return (SchemaCompiler.At(path, () => RegexReader.Anywhere(text)), path);
        }

        foreach (var (name, path) in facets.Formats)
        {
            yield return (Formats.Of(name) ?? throw new SchemaException(path, $"the format '{name}' can't be kept; these can: {Formats.Names}"), path);
        }
    }

    public static Expression Quoted(Expression inside) => Expression.Sequence(Expression.Of("\""), inside, Expression.Of("\""));

    private static IEnumerable<(Expression Expression, string Path)> Refused(Facets facets) =>
        facets.Excluded.Texts.Select(text => (Expression.Of(text.Text), text.Path)).Concat(facets.Excluded.Patterns.Select(pattern => (SchemaCompiler.At(pattern.Path, () => RegexReader.Anywhere(pattern.Text)), pattern.Path)));
}
