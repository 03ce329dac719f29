using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Patterns;

/// <summary>
/// Reads a regular expression as ECMA-262 writes it. What is no regular language (back references, look-around) and word boundaries are refused;
/// <c>^</c> and <c>$</c> may stand at the ends of the whole expression and of its alternatives only.
/// </summary>
internal sealed class RegexReader : RegexText
{
    private static readonly CodePointSet Dot = CodePointSet.Of("\n\r\u2028\u2029").Complement();

    private RegexReader(string pattern) : base(pattern)
    {
    }

    /// <summary>An expression for the texts that match as a whole.</summary>
    /// <exception cref="GrammarException">What can't be read or kept, and where.</exception>
    public static Expression Whole(string pattern) => Read(pattern, search: false);

    /// <summary>An expression for the texts in which the pattern occurs, as JSON Schema means it.</summary>
    /// <exception cref="GrammarException">What can't be read or kept, and where.</exception>
    public static Expression Anywhere(string pattern) => Read(pattern, search: true);

    private static Expression Read(string pattern, bool search)
    {
        var reader = new RegexReader(pattern);
        var alternatives = new List<Expression>();
        do
        {
            var atStart = reader.Take('^');
            var body = reader.Sequence(0);
            var atEnd = reader.Take('$');
            var parts = new List<Expression> { body };
            var anything = new Repeat(new Characters(CodePointSet.All), 0, null);
            if (search && !atStart)
            {
                parts.Insert(0, anything);
            }

            if (search && !atEnd)
            {
                parts.Add(anything);
            }

            alternatives.Add(Expression.Sequence([.. parts]));
        }
        while (reader.Take('|'));
        return reader.Current < 0 ? Expression.Any([.. alternatives]) : throw reader.Wrong($"unexpected {reader.Shown()}");
    }

    private Expression Alternatives(int depth)
    {
        if (depth > Limits.Nesting)
        {
            throw Wrong($"groups are nested deeper than {Limits.Nesting}");
        }

        var alternatives = new List<Expression> { Sequence(depth) };
        while (Take('|'))
        {
            alternatives.Add(Sequence(depth));
        }

        return Expression.Any([.. alternatives]);
    }

    private Expression Sequence(int depth)
    {
        var parts = new List<Expression>();
        while (Current is not (-1 or '|' or ')') && !(depth == 0 && Current == '$' && Following is -1 or '|'))
        {
            parts.Add(Quantified(Atom(depth)));
        }

        return Expression.Sequence([.. parts]);
    }

    private Expression Atom(int depth)
    {
        var character = Current;
        Skip();
        switch (character)
        {
            case '(':
                return Group(depth);
            case '[':
                return new Characters(Class());
            case '.':
                return new Characters(Dot);
            case '\\':
                return Escape(insideClass: false) is var set && set.Ranges is [{ } one] && one.Low == one.High
                    ? new Text(char.ConvertFromUtf32(one.Low))
                    : new Characters(set);
            case '^' or '$':
                throw Wrong($"'{(char)character}' can be kept at the ends of the expression only");
            case '*' or '+' or '?':
                throw Wrong($"nothing to repeat before '{(char)character}'");
            default:
                return new Text(char.ConvertFromUtf32(character));
        }
    }

    private Expression Group(int depth)
    {
        if (Take('?'))
        {
            if (Take('<'))
            {
                if (Current is '=' or '!')
                {
                    throw Wrong("look-behind can't be kept");
                }

                while (Current is not ('>' or -1))
                {
                    Skip();
                }

                Skip();
            }
            else if (!Take(':'))
            {
                throw Wrong(Current is '=' or '!' ? "look-ahead can't be kept" : $"unknown group '(?{Shown().Trim('\'')}'");
            }
        }

        var inner = Alternatives(depth + 1);
        return Take(')') ? inner : throw Wrong("a group does not end");
    }

    private Expression Quantified(Expression atom)
    {
        (int Min, int? Max)? times = Current switch
        {
            '*' => (0, null),
            '+' => (1, null),
            '?' => (0, 1),
            _ => null,
        };
        if (times is not null)
        {
            Skip();
        }
        else if (Current == '{')
        {
            times = Counts();
        }

        if (times is not { } found)
        {
            return atom;
        }

        Take('?');
        return Current is '*' or '+' or '{' ? throw Wrong($"unexpected {Shown()}") : new Repeat(atom, found.Min, found.Max);
    }

    private (int Min, int? Max) Counts()
    {
        Skip();
        var min = Number() ?? throw Wrong("a repetition needs a number");
        var max = Take(',') ? Number() : min;
        return Take('}') && !(max < min) ? (min, max) : throw Wrong("a repetition can't be read");
    }

}
