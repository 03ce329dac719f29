using System.Globalization;
using System.Text;

namespace Platform.Templates.Text;

/// <summary>Python's <c>repr()</c> and <c>ascii()</c> of a string.</summary>
internal static class StringRepr
{
    public static void Append(StringBuilder output, string text, bool asciiOnly)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote || c == '\\')
            {
                output.Append('\\').Append(c);
            }
            else if (c is >= ' ' and < '\x7f')
            {
                output.Append(c);
            }
            else if (c is '\n' or '\r' or '\t')
            {
                output.Append('\\').Append(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            }
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                AppendRune(output, rune, asciiOnly);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        output.Append(quote);
    }

    /// <summary>Python's <c>isprintable()</c> of one character.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static void AppendRune(StringBuilder output, Rune rune, bool asciiOnly)
    {
        if (!asciiOnly && IsPrintable(rune))
        {
            output.Append(rune.ToString());
        }
        else
        {
            var (letter, digits) = rune.Value <= 0xFF ? ('x', "x2") : rune.Value <= 0xFFFF ? ('u', "x4") : ('U', "x8");
            output.Append('\\').Append(letter).Append(rune.Value.ToString(digits, CultureInfo.InvariantCulture));
        }
    }
}
