using System.Globalization;
using System.Text;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Patterns;

/// <summary>A regular expression's text and how far it has been read: characters, their classes and escapes.</summary>
internal abstract class RegexText(string pattern)
{
    private static readonly CodePointSet Digits = CodePointSet.Of(new CodePointRange('0', '9'));
    private static readonly CodePointSet Word = Digits.Union(CodePointSet.Of(new('a', 'z'), new('A', 'Z'), new('_', '_')));
    private static readonly CodePointSet Space = CodePointSet.Of("\t\n\v\f\r \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF").Union(CodePointSet.Of(new CodePointRange(0x2000, 0x200A)));

    private readonly int[] text = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];
    private int at;

    /// <summary>The code point to be read next; −1: the end.</summary>
    protected int Current => at < text.Length ? text[at] : -1;

    protected int Following => at + 1 < text.Length ? text[at + 1] : -1;

    protected void Skip() => at++;

    protected int? Number()
    {
        var start = at;
        var value = 0;
        for (; Current is >= '0' and <= '9'; at++)
        {
            value = value < 100_000 ? value * 10 + Current - '0' : throw Wrong("a repetition count is too large");
        }

        return at == start ? null : value;
    }

    protected CodePointSet Class()
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

    protected CodePointSet Escape(bool insideClass)
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

    protected bool Take(char character)
    {
        var there = Current == character;
        at += there ? 1 : 0;
        return there;
    }

    protected string Shown() => Current < 0 ? "end" : $"'{char.ConvertFromUtf32(Current)}'";

    protected GrammarException Wrong(string what) => new($"The regular expression can't be kept, at character {Math.Min(at, text.Length)}: {what}.");
}
