using System.Text;

namespace Platform.Grammars.Gbnf;

/// <summary>
/// Reads GBNF, the notation of llama.cpp: rules <c>name ::= …</c> of literals, character classes, references and groups, with <c>| * + ? {m,n}</c> and <c>#</c> comments.
/// </summary>
internal sealed class GbnfReader : GbnfText
{
    private readonly Dictionary<string, Expression> rules = [];

    private GbnfReader(string grammar) : base(grammar)
    {
    }

    /// <exception cref="GrammarException">With the line at fault.</exception>
    public static IReadOnlyDictionary<string, Expression> Read(string grammar)
    {
        if (grammar.Length > Limits.Text)
        {
            throw new GrammarException($"The grammar has {grammar.Length} characters; at most {Limits.Text} can be used.");
        }

        var reader = new GbnfReader(grammar);
        reader.Rules();
        return reader.rules;
    }

    private void Rules()
    {
        Space(newlines: true);
        while (Current >= 0)
        {
            var name = Name() ?? throw Wrong($"expected the name of a rule, but found {Shown()}");
            Space(newlines: false);
            Expect("::=");
            Space(newlines: true);
            if (!rules.TryAdd(name, Alternatives(0)))
            {
                throw Wrong($"the rule '{name}' is defined twice");
            }

            if (Current >= 0 && Current is not ('\r' or '\n'))
            {
                throw Wrong($"unexpected {Shown()} in the rule '{name}'");
            }

            Space(newlines: true);
        }
    }

    private Expression Alternatives(int depth)
    {
        if (depth > Limits.Nesting)
        {
            throw Wrong($"groups are nested deeper than {Limits.Nesting}");
        }

        var alternatives = new List<Expression> { Sequence(depth) };
        while (Bar())
        {
            Skip();
            Space(newlines: true);
            alternatives.Add(Sequence(depth));
        }

        return Expression.Any([.. alternatives]);
    }

    /// <summary>Whether an alternative follows, perhaps on the next line.</summary>
    private bool Bar()
    {
        var before = Place;
        Space(newlines: true);
        if (Current == '|')
        {
            return true;
        }

        Place = before;
        return false;
    }

    private Expression Sequence(int depth)
    {
        var parts = new List<Expression>();
        while (Item(depth) is { } item)
        {
            Space(newlines: depth > 0);
            while (Repetition() is { } times)
            {
                item = new Repeat(item, times.Min, times.Max);
                Space(newlines: depth > 0);
            }

            parts.Add(item);
        }

        return Expression.Sequence([.. parts]);
    }

    private Expression? Item(int depth)
    {
        switch (Current)
        {
            case '"':
                return Literal();
            case '[':
                return Class();
            case '.':
                Skip();
                return new Characters(CodePointSet.All);
            case '(':
                Skip();
                Space(newlines: true);
                var inner = Alternatives(depth + 1);
                Space(newlines: true);
                Expect(")");
                return inner;
            case '<' or '!':
                throw Wrong("tokens by name or number can't be used here; write their text as a literal");
            default:
                return Name() is { } name ? new Reference(name) : null;
        }
    }

    private Expression Literal()
    {
        var value = new StringBuilder();
        Skip();
        while (Current != '"')
        {
            value.Append(new Rune(Character("a literal")).ToString());
        }

        Skip();
        return Expression.Of(value.ToString());
    }

    private Characters Class()
    {
        Skip();
        var negated = Current == '^';
        if (negated)
        {
            Skip();
        }

        var ranges = new List<CodePointRange>();
        while (Current != ']')
        {
            var low = Character("a character class");
            var high = low;
            if (Current == '-' && Following is not (']' or -1))
            {
                Skip();
                high = Character("a character class");
                if (high < low)
                {
                    throw Wrong($"the range from U+{low:X4} to U+{high:X4} is upside down");
                }
            }

            ranges.Add(new(low, high));
        }

        Skip();
        var set = CodePointSet.Of(ranges);
        return new Characters(negated ? set.Complement() : set);
    }

    private (int Min, int? Max)? Repetition()
    {
        switch (Current)
        {
            case '*':
                Skip();
                return (0, null);
            case '+':
                Skip();
                return (1, null);
            case '?':
                Skip();
                return (0, 1);
            case '{':
                return Counts();
            default:
                return null;
        }
    }

    private (int Min, int? Max) Counts()
    {
        Skip();
        Space(newlines: false);
        var min = Number();
        var max = min;
        Space(newlines: false);
        if (Current == ',')
        {
            Skip();
            Space(newlines: false);
            max = Number();
            Space(newlines: false);
        }
        else if (min is null)
        {
            throw Wrong("a repetition needs a number");
        }

        Expect("}");
        return max < (min ?? 0) ? throw Wrong($"the repetition {{{min},{max}}} is upside down") : (min ?? 0, max);
    }

}
