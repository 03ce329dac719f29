using System.Globalization;

namespace Platform.Templates.Lexing;

/// <summary>Reads one token inside a tag.</summary>
internal static class TagLexer
{
    private static readonly string[] Symbols =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    public static (Token Token, int End) Read(string source, int at, int line)
    {
        var first = source[at];
        if (char.IsAsciiDigit(first))
        {
            return ReadNumber(source, at, line);
        }

        if (IsNameStart(first))
        {
            var end = at + 1;
            while (end < source.Length && IsNamePart(source[end]))
            {
                end++;
            }

            return (new Token(TokenKind.Name, source[at..end], line), end);
        }

        if (first is '\'' or '"')
        {
            var end = at + 1;
            while (end < source.Length && source[end] != first)
            {
                end += source[end] == '\\' ? 2 : 1;
            }

            if (end >= source.Length)
            {
                throw new TemplateException($"unexpected char {first} at {at}: the string never ends", line);
            }

            return (new Token(TokenKind.String, StringEscapes.Unescape(source.AsSpan(at + 1, end - at - 1), line), line), end + 1);
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, at, symbol, 0, symbol.Length) == 0)
            {
                return (new Token(TokenKind.Symbol, symbol, line), at + symbol.Length);
            }
        }

        throw new TemplateException($"unexpected char '{first}' at {at}", line);
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) =>
        char.IsLetterOrDigit(c) || c == '_' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static (Token Token, int End) ReadNumber(string source, int at, int line)
    {
        if (source[at] == '0' && at + 1 < source.Length && char.ToLowerInvariant(source[at + 1]) is 'x' or 'o' or 'b')
        {
            var end = Digits(source, at + 2, char.IsAsciiHexDigit);
            return (Number(TokenKind.Integer, source[at..end], line), end);
        }

        // After a dot a number is an index into what stands before it, as in `pair.0.1`.
        var isIndex = at > 0 && source[at - 1] == '.';
        var whole = Digits(source, at, char.IsAsciiDigit);
        var last = whole;
        if (!isIndex)
        {
            if (last + 1 < source.Length && source[last] == '.' && char.IsAsciiDigit(source[last + 1]))
            {
                last = Digits(source, last + 1, char.IsAsciiDigit);
            }

            if (last < source.Length && source[last] is 'e' or 'E')
            {
                var exponent = last + 1 < source.Length && source[last + 1] is '+' or '-' ? last + 2 : last + 1;
                if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
                {
                    last = Digits(source, exponent, char.IsAsciiDigit);
                }
            }
        }

        if (last == whole && source[at] == '0' && source.AsSpan(at, whole - at).ContainsAnyExcept('0', '_'))
        {
            throw new TemplateException($"{source[at..whole]} is not a number: leading zeros are not permitted", line);
        }

        return (Number(last == whole ? TokenKind.Integer : TokenKind.Float, source[at..last], line), last);
    }

    private static int Digits(string source, int at, Func<char, bool> isDigit)
    {
        while (at < source.Length && (isDigit(source[at]) || (source[at] == '_' && at + 1 < source.Length && isDigit(source[at + 1]))))
        {
            at++;
        }

        return at;
    }

    private static Token Number(TokenKind kind, string text, int line) => new(kind, text.Replace("_", "", StringComparison.Ordinal), line);
}
