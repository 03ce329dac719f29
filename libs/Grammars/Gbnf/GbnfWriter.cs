using System.Globalization;
using System.Text;

namespace Platform.Grammars.Gbnf;

/// <summary>Writes rules in the notation <see cref="GbnfReader"/> reads.</summary>
internal static class GbnfWriter
{
    public static string Write(IReadOnlyDictionary<string, Expression> rules)
    {
        var text = new StringBuilder();
        foreach (var (name, body) in rules.OrderBy(rule => rule.Key != Grammar.Root))
        {
            text.Append(name).Append(" ::= ");
            Write(text, body, Binding.Alternatives);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A literal.</summary>
    public static string Write(string literal)
    {
        var text = new StringBuilder();
        Write(text, new Text(literal), Binding.Item);
        return text.ToString();
    }

    private enum Binding { Alternatives, Sequence, Item }

    private static void Write(StringBuilder text, Expression expression, Binding inside)
    {
        switch (expression)
        {
            case Text literal:
                text.Append('"');
                foreach (var rune in literal.Value.EnumerateRunes())
                {
                    Write(text, rune.Value, "\"\\");
                }

                text.Append('"');
                break;
            case Characters characters:
                Write(text, characters.Set);
                break;
            case Reference reference:
                text.Append(reference.Rule);
                break;
            case Repeat repeat:
                Write(text, repeat.Body, Binding.Item);
                text.Append((repeat.Min, repeat.Max) switch
                {
                    (0, null) => "*",
                    (1, null) => "+",
                    (0, 1) => "?",
                    (var min, null) => string.Create(CultureInfo.InvariantCulture, $"{{{min},}}"),
                    var (min, max) when min == max => string.Create(CultureInfo.InvariantCulture, $"{{{min}}}"),
                    var (min, max) => string.Create(CultureInfo.InvariantCulture, $"{{{min},{max}}}"),
                });
                break;
            case Series { Parts.Count: 0 }:
                text.Append("\"\"");
                break;
            case Choice { Alternatives.Count: 0 }:
                text.Append("[]");
                break;
            case Series series:
                Join(text, series.Parts, " ", Binding.Sequence, inside == Binding.Item);
                break;
            case Choice choice:
                Join(text, choice.Alternatives, " | ", Binding.Alternatives, inside != Binding.Alternatives);
                break;
        }
    }

    private static void Join(StringBuilder text, IReadOnlyList<Expression> parts, string separator, Binding inside, bool grouped)
    {
        text.Append(grouped ? "(" : "");
        for (var i = 0; i < parts.Count; i++)
        {
            text.Append(i > 0 ? separator : "");
            Write(text, parts[i], inside);
        }

        text.Append(grouped ? ")" : "");
    }

    private static void Write(StringBuilder text, CodePointSet set)
    {
        text.Append('[');
        foreach (var range in set.Ranges)
        {
            Write(text, range.Low, "]\\[^-");
            if (range.High > range.Low)
            {
                text.Append('-');
                Write(text, range.High, "]\\[^-");
            }
        }

        text.Append(']');
    }

    private static void Write(StringBuilder text, int code, string escaped)
    {
        switch (code)
        {
            case '\n':
                text.Append("\\n");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\t':
                text.Append("\\t");
                break;
            case >= 0x20 and < 0x7F:
                text.Append(escaped.Contains((char)code, StringComparison.Ordinal) ? "\\" : "").Append((char)code);
                break;
            case <= 0xFF:
                text.Append(CultureInfo.InvariantCulture, $"\\x{code:X2}");
                break;
            case <= 0xFFFF:
                text.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"\\U{code:X8}");
                break;
        }
    }
}
