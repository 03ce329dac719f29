using System.Globalization;
using System.Text;

namespace Platform.Grammars.Gbnf;

/// <summary>A grammar's text and how far it has been read: names, numbers, characters with their escapes, space and comments.</summary>
internal abstract class GbnfText(string grammar)
{
    private readonly int[] text = [.. grammar.EnumerateRunes().Select(rune => rune.Value)];
    private int at;
    private int line = 1;

    /// <summary>The code point to be read next; −1: the end.</summary>
    protected int Current => at < text.Length ? text[at] : -1;

    protected int Following => at + 1 < text.Length ? text[at + 1] : -1;

    /// <summary>Where reading goes on.</summary>
    protected (int At, int Line) Place
    {
        get => (at, line);
        set => (at, line) = value;
    }

    protected void Skip() => at++;

    protected int Character(string where)
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

    protected int Hex(int digits)
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

    protected int? Number()
    {
        var start = at;
        var value = 0L;
        for (; Current is >= '0' and <= '9'; at++)
        {
            value = Math.Min(value * 10 + Current - '0', int.MaxValue);
        }

        return at == start ? null : value < int.MaxValue ? (int)value : throw Wrong("a repetition count is too large");
    }

    protected string? Name()
    {
        var start = at;
        while (Current is '-' or '_' || (Current is > 0 and < 128 && char.IsAsciiLetterOrDigit((char)Current)))
        {
            at++;
        }

        return at == start ? null : new string([.. text[start..at].Select(code => (char)code)]);
    }

    protected void Space(bool newlines)
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

    protected void Expect(string mark)
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

    protected string Shown() => Current < 0 ? "the end" : $"'{char.ConvertFromUtf32(Current)}'";

    protected GrammarException Wrong(string what) => new($"The grammar can't be read at line {line}: {what}.");
}
