using System.Globalization;
using System.Text;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Patterns;

/// <summary>
/// Reads a regular expression as ECMA-262 writes it. What is no regular language (back references, look-around) and word boundaries are refused;
/// <c>^</c> and <c>$</c> may stand at the ends of the whole expression and of its alternatives only.
/// </summary>
internal sealed class RegexReader
{
    private static readonly CodePointSet Digits = CodePointSet.Of(new CodePointRange('0', '9'));
    private static readonly CodePointSet Word = Digits.Union(CodePointSet.Of(new('a', 'z'), new('A', 'Z'), new('_', '_')));
    private static readonly CodePointSet Space = CodePointSet.Of("\t\n\v\f\r \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF").Union(CodePointSet.Of(new CodePointRange(0x2000, 0x200A)));
    private static readonly CodePointSet Dot = CodePointSet.Of("\n\r\u2028\u2029").Complement();

    private readonly int[] text;
    private int at;

    private RegexReader(string pattern) => text = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    /// <summary>An expression for the texts that match as a whole.</summary>
    /// <exception cref="GrammarException">What can't be read or kept, and where.</exception>
    public static Expression Whole(string pattern) => Read(pattern, search: false);

    /// <summary>An expression for the texts in which the pattern occurs, as JSON Schema means it.</summary>
    /// <exception cref="GrammarException">What can't be read or kept, and where.</exception>
    public static Expression Anywhere(string pattern) => Read(pattern, search: true);

    private int Current => at < text.Length ? text[at] : -1;

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
        while (Current is not (-1 or '|' or ')') && !(depth == 0 && Current == '$' && (at + 1 == text.Length || text[at + 1] == '|')))
        {
            parts.Add(Quantified(Atom(depth)));
        }

        return Expression.Sequence([.. parts]);
    }

    private Expression Atom(int depth)
    {
        var character = Current;
        at++;
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
                    at++;
                }

                at++;
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
            at++;
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
        at++;
        var min = Number() ?? throw Wrong("a repetition needs a number");
        var max = Take(',') ? Number() : min;
        return Take('}') && !(max < min) ? (min, max) : throw Wrong("a repetition can't be read");
    }

    private int? Number()
    {
        var start = at;
        var value = 0;
        for (; Current is >= '0' and <= '9'; at++)
        {
            value = value < 100_000 ? value * 10 + Current - '0' : throw Wrong("a repetition count is too large");
        }

        return at == start ? null : value;
    }

    private CodePointSet Class()
    {
        var negated = Take('^');
        var set = CodePointSet.Nothing;
        while (Current != ']')
        {
            var low = ClassAtom();
            if (Current == '-' && at + 1 < text.Length && text[at + 1] != ']')
            {
                at++;
                var high = ClassAtom();
                set = set.Union(low.Ranges is [{ } first] && high.Ranges is [{ } last] && first.Low == first.High && last.Low == last.High && first.Low <= last.Low
                    ? CodePointSet.Of(new CodePointRange(first.Low, last.Low))
                    : throw Wrong("a range of a class can't be read"));
            }
            else
            {
                set = set.Union(low);
            }
        }

        at++;
        return negated ? set.Complement() : set;
    }

    private CodePointSet ClassAtom()
    {
        var character = Current < 0 ? throw Wrong("a class does not end") : Current;
        at++;
        return character == '\\' ? Escape(insideClass: true) : CodePointSet.Of(new CodePointRange(character, character));
    }

    private CodePointSet Escape(bool insideClass)
    {
        var escape = Current < 0 ? throw Wrong("a backslash stands at the end") : Current;
        at++;
        return escape switch
        {
            'd' => Digits,
            'D' => Digits.Complement(),
            'w' => Word,
            'W' => Word.Complement(),
            's' => Space,
            'S' => Space.Complement(),
            't' => One('\t'),
            'n' => One('\n'),
            'r' => One('\r'),
            'f' => One('\f'),
            'v' => One('\v'),
            '0' when Current is not (>= '0' and <= '9') => One(0),
            'b' when insideClass => One('\b'),
            'x' => One(Hex(2)),
            'u' => One(Current == '{' ? Braced() : Surrogates(Hex(4))),
            'c' when Current is >= 'A' and <= 'Z' or >= 'a' and <= 'z' => One(text[at++] & 31),
            'p' => UnicodeClasses.Of(Name() ?? throw Wrong("a Unicode class needs a name in braces")) ?? throw Wrong("this Unicode class can't be kept"),
            'P' => UnicodeClasses.Of(Name() ?? throw Wrong("a Unicode class needs a name in braces"))?.Complement() ?? throw Wrong("this Unicode class can't be kept"),
            'b' or 'B' => throw Wrong("word boundaries can't be kept"),
            'k' or (>= '1' and <= '9') => throw Wrong("back references can't be kept"),
            < 128 when char.IsAsciiLetterOrDigit((char)escape) => throw Wrong($"unknown escape '\\{(char)escape}'"),
            _ => One(escape),
        };
    }

    private static CodePointSet One(int code) => CodePointSet.Of(new CodePointRange(code, code));

    private int Hex(int digits)
    {
        var value = 0;
        for (var i = 0; i < digits; i++, at++)
        {
            value = Current is > 0 and < 128 && char.IsAsciiHexDigit((char)Current)
                ? value * 16 + int.Parse([(char)Current], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : throw Wrong("a hexadecimal escape is cut short");
        }

        return value;
    }

    private int Surrogates(int unit)
    {
        if (!char.IsHighSurrogate((char)unit))
        {
            return char.IsLowSurrogate((char)unit) ? throw Wrong("half of a surrogate pair is no character") : unit;
        }

        return Take('\\') && Take('u') && Hex(4) is var low && char.IsLowSurrogate((char)low)
            ? char.ConvertToUtf32((char)unit, (char)low)
            : throw Wrong("half of a surrogate pair is no character");
    }

    private int Braced()
    {
        var name = Name() ?? "";
        return int.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code) ? code : throw Wrong("a code point can't be read");
    }

    private string? Name()
    {
        if (!Take('{'))
        {
            return null;
        }

        var name = new StringBuilder();
        while (Current is not ('}' or -1))
        {
            name.Append(char.ConvertFromUtf32(text[at++]));
        }

        return Take('}') ? name.ToString() : null;
    }

    private bool Take(char character)
    {
        var there = Current == character;
        at += there ? 1 : 0;
        return there;
    }

    private string Shown() => Current < 0 ? "end" : $"'{char.ConvertFromUtf32(Current)}'";

    private GrammarException Wrong(string what) => new($"The regular expression can't be kept, at character {Math.Min(at, text.Length)}: {what}.");
}
