using System.Globalization;
using System.Text;

namespace Platform.Templates.Lexing;

/// <summary>The escapes of a Python string literal; an unknown one stays as it is written.</summary>
internal static class StringEscapes
{
    public static string Unescape(ReadOnlySpan<char> text, int line)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            switch (text[i])
            {
                case '\n': break;
                case '\\' or '\'' or '"': result.Append(text[i]); break;
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'v': result.Append('\v'); break;
                case 'x': i = AppendHex(result, text, i, 2, line); break;
                case 'u': i = AppendHex(result, text, i, 4, line); break;
                case 'U': i = AppendHex(result, text, i, 8, line); break;
                case 'N': throw new TemplateException("\\N escapes are not supported", line);
                case >= '0' and <= '7': i = AppendOctal(result, text, i); break;
                default: result.Append('\\').Append(text[i]); break;
            }
        }

        return result.ToString();
    }

    private static int AppendHex(StringBuilder result, ReadOnlySpan<char> text, int at, int digits, int line)
    {
        if (at + digits >= text.Length
            || !uint.TryParse(text.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw new TemplateException($"truncated or illegal \\{text[at]} escape in a string", line);
        }

        AppendCode(result, code);
        return at + digits;
    }

    private static int AppendOctal(StringBuilder result, ReadOnlySpan<char> text, int at)
    {
        uint code = 0;
        var end = at;
        while (end < text.Length && end < at + 3 && text[end] is >= '0' and <= '7')
        {
            code = (code * 8) + (uint)(text[end++] - '0');
        }

        AppendCode(result, code);
        return end - 1;
    }

    private static void AppendCode(StringBuilder result, uint code)
    {
        if (code > 0xFFFF)
        {
            result.Append(char.ConvertFromUtf32((int)code));
        }
        else
        {
            result.Append((char)code);
        }
    }
}
