using System.Globalization;
using System.Text;

namespace Platform.Grammars.Gbnf;

/// <summary>
/// Reads GBNF, the notation of llama.cpp: rules <c>name ::= …</c> of literals, character classes, references and groups, with <c>| * + ? {m,n}</c> and <c>#</c> comments.
/// </summary>
internal sealed class GbnfReader
{
    private readonly int[] text;
    private readonly Dictionary<string, Expression> rules = [];
    private int at;
    private int line = 1;

    private GbnfReader(string grammar) => text = [.. grammar.EnumerateRunes().Select(rune => rune.Value)];

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

    private int Current => at < text.Length ? text[at] : -1;

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
            at++;
            Space(newlines: true);
            alternatives.Add(Sequence(depth));
        }

        return Expression.Any([.. alternatives]);
    }

    /// <summary>Whether an alternative follows, perhaps on the next line.</summary>
    private bool Bar()
    {
        var (before, lineBefore) = (at, line);
        Space(newlines: true);
        if (Current == '|')
        {
            return true;
        }

        (at, line) = (before, lineBefore);
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
                at++;
                return new Characters(CodePointSet.All);
            case '(':
                at++;
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
        at++;
        while (Current != '"')
        {
            value.Append(new Rune(Character("a literal")).ToString());
        }

        at++;
        return Expression.Of(value.ToString());
    }

    private Characters Class()
    {
        at++;
        var negated = Current == '^';
        at += negated ? 1 : 0;
        var ranges = new List<CodePointRange>();
        while (Current != ']')
        {
            var low = Character("a character class");
            var high = low;
            if (Current == '-' && at + 1 < text.Length && text[at + 1] != ']')
            {
                at++;
                high = Character("a character class");
                if (high < low)
                {
                    throw Wrong($"the range from U+{low:X4} to U+{high:X4} is upside down");
                }
            }

            ranges.Add(new(low, high));
        }

        at++;
        var set = CodePointSet.Of(ranges);
        return new Characters(negated ? set.Complement() : set);
    }

    private int Character(string where)
    {
        var code = Current;
        if (code is -1 or '\n')
        {
            throw Wrong($"{where} does not end");
        }

        at++;
        if (code != '\\')
        {
            return code;
        }

        var escape = Current;
        at++;
        return escape switch
        {
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' or '"' or '[' or ']' or '-' or '^' => escape,
            -1 => throw Wrong($"{where} does not end"),
            _ => throw Wrong($"unknown escape '\\{char.ConvertFromUtf32(escape)}'"),
        };
    }

    private int Hex(int digits)
    {
        var value = 0L;
        for (var i = 0; i < digits; i++, at++)
        {
            if (Current is < 0 or > 127 || !char.IsAsciiHexDigit((char)Current))
            {
                throw Wrong($"an escape of {digits} hexadecimal digits is cut short");
            }

            value = value * 16 + int.Parse([(char)Current], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return Rune.IsValid((int)Math.Min(value, int.MaxValue)) ? (int)value : throw Wrong($"U+{value:X4} is no character");
    }

    private (int Min, int? Max)? Repetition()
    {
        switch (Current)
        {
            case '*':
                at++;
                return (0, null);
            case '+':
                at++;
                return (1, null);
            case '?':
                at++;
                return (0, 1);
            case '{':
                return Counts();
            default:
                return null;
        }
    }

    private (int Min, int? Max) Counts()
    {
        at++;
        Space(newlines: false);
        var min = Number();
        var max = min;
        Space(newlines: false);
        if (Current == ',')
        {
            at++;
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

    private int? Number()
    {
        var start = at;
        var value = 0L;
        for (; Current is >= '0' and <= '9'; at++)
        {
            value = Math.Min(value * 10 + Current - '0', int.MaxValue);
        }

        return at == start ? null : value < int.MaxValue ? (int)value : throw Wrong("a repetition count is too large");
    }

    private string? Name()
    {
        var start = at;
        while (Current is '-' or '_' || (Current is > 0 and < 128 && char.IsAsciiLetterOrDigit((char)Current)))
        {
            at++;
        }

        return at == start ? null : new string([.. text[start..at].Select(code => (char)code)]);
    }

    private void Space(bool newlines)
    {
        while (Current is ' ' or '\t' or '#' || (newlines && Current is '\r' or '\n'))
        {
            if (Current == '#')
            {
                while (Current is not (-1 or '\r' or '\n'))
                {
                    at++;
                }

                continue;
            }

            line += Current == '\n' ? 1 : 0;
            at++;
        }
    }

    private void Expect(string mark)
    {
        foreach (var character in mark)
        {
            if (Current != character)
            {
                throw Wrong($"expected '{mark}', but found {Shown()}");
            }

            at++;
        }
    }

    private string Shown() => Current < 0 ? "the end" : $"'{char.ConvertFromUtf32(Current)}'";

    private GrammarException Wrong(string what) => new($"The grammar can't be read at line {line}: {what}.");
}
