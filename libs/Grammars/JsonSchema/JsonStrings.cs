using System.Globalization;
using System.Text;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>Writes texts as they stand between the quotes of a JSON string.</summary>
internal static class JsonStrings
{
    private static readonly CodePointSet Control = CodePointSet.Of(new CodePointRange(0, 0x1F));
    private static readonly CodePointSet Escaped = Control.Union(CodePointSet.Of("\"\\"));
    private static readonly Expression Hex = new Characters(CodePointSet.Of(new('0', '9'), new('a', 'f'), new('A', 'F')));

    /// <summary>One character, in any of its writings but halves of surrogate pairs.</summary>
    public static Expression AnyCharacter { get; } = Expression.Any(
        new Characters(Escaped.Complement()),
        Expression.Sequence(Expression.Of("\\"), Expression.Any(
            new Characters(CodePointSet.Of("\"\\/bfnrt")),
            Expression.Sequence(Expression.Of("u"), Expression.Any(
                Expression.Sequence(new Characters(CodePointSet.Of(new('0', '9'), new('a', 'c'), new('A', 'C'), new('e', 'f'), new('E', 'F'))), Hex.Times(3, 3)),
                Expression.Sequence(new Characters(CodePointSet.Of("dD")), new Characters(CodePointSet.Of(new CodePointRange('0', '7'))), Hex.Times(2, 2)),
                Expression.Sequence(new Characters(CodePointSet.Of("dD")), new Characters(CodePointSet.Of("89abAB")), Hex.Times(2, 2), Expression.Of("\\u"), new Characters(CodePointSet.Of("dD")), new Characters(CodePointSet.Of("cdefCDEF")), Hex.Times(2, 2)))))));

    public static string Escape(string text)
    {
        var written = new StringBuilder();
        foreach (var character in text)
        {
            written.Append(character < 0x20 || character is '"' or '\\' ? Escape(character) : character.ToString());
        }

        return written.ToString();
    }

    /// <summary>What an expression for texts becomes inside a JSON string.</summary>
    public static Expression Encode(Expression expression) => expression switch
    {
        Text text => Expression.Of(Escape(text.Value)),
        Characters characters => Encode(characters.Set),
        Series series => new Series([.. series.Parts.Select(Encode)]),
        Choice choice => new Choice([.. choice.Alternatives.Select(Encode)]),
        Repeat repeat => repeat with { Body = Encode(repeat.Body) },
        _ => expression,
    };

    /// <summary>Adds rules for what an automaton accepts; returns the first.</summary>
    public static Expression Encode(Automaton automaton, RuleSet rules, string name) => Rules(automaton, rules, name, Encode);

    /// <summary>A rule for each state that leads anywhere.</summary>
    public static Expression Rules(Automaton automaton, RuleSet rules, string name, Func<CodePointSet, Expression> write)
    {
        var live = automaton.Live();
        if (!live[0])
        {
            return new Choice([]);
        }

        var names = Enumerable.Range(0, automaton.Count).Select(state => live[state] && !IsLast(state) ? rules.Reserve(name) : "").ToArray();
        for (var state = 0; state < automaton.Count; state++)
        {
            if (names[state].Length > 0)
            {
                var steps = automaton.Moves(state).Where(move => live[move.Target]).GroupBy(move => move.Target)
                    .Select(group => (Target: group.Key, Step: write(CodePointSet.Of(group.Select(move => move.Range)))))
                    .Select(step => IsLast(step.Target) ? step.Step : Expression.Sequence(step.Step, new Reference(names[step.Target])));
                rules[names[state]] = Expression.Any([.. steps, .. automaton.IsAccepting(state) ? [Expression.Empty] : Array.Empty<Expression>()]);
            }
        }

        return names[0].Length > 0 ? new Reference(names[0]) : Expression.Empty;

        bool IsLast(int state) => automaton.IsAccepting(state) && automaton.Moves(state).All(move => !live[move.Target]);
    }

    public static Expression Encode(CodePointSet set)
    {
        if (set.Intersect(Escaped) is { IsEmpty: true })
        {
            return new Characters(set);
        }

        if (set.Equals(CodePointSet.All))
        {
            return AnyCharacter;
        }

        var parts = new List<Expression>();
        if (set.Except(Escaped) is { IsEmpty: false } plain)
        {
            parts.Add(new Characters(plain));
        }

        foreach (var range in set.Intersect(Escaped).Ranges)
        {
            parts.AddRange(Enumerable.Range(range.Low, range.High - range.Low + 1).Select(code => Expression.Of(Escape((char)code))));
        }

        return Expression.Any([.. parts]);
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
