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
        if (asked.Count == 0)
        {
            return Quoted(limited ? JsonStrings.AnyCharacter.Times(facets.MinLength, facets.MaxLength) : new Repeat(JsonStrings.AnyCharacter, 0, null));
        }

        if (asked.Count == 1 && !limited)
        {
            return Quoted(JsonStrings.Encode(asked[0].Expression));
        }

        var first = asked[0].Path;
        return SchemaCompiler.At(first, () => Quoted(JsonStrings.Encode(Combined(asked, facets), rules, "text")));
    }

    public static IEnumerable<(Expression Expression, string Path)> Asked(Facets facets)
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

    private static Automaton Combined(List<(Expression Expression, string Path)> asked, Facets facets)
    {
        var all = asked.Select(one => SchemaCompiler.At(one.Path, () => Automaton.Of(one.Expression))).Aggregate((a, b) => a.Intersect(b));
        var (shortest, longest) = all.Lengths();
        if (facets.MinLength <= shortest && (facets.MaxLength is null || longest <= facets.MaxLength))
        {
            return all;
        }

        return all.Intersect(Automaton.Of(Anything.Times(facets.MinLength, facets.MaxLength)));
    }
}
