using System.Collections.Frozen;
using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The methods of <c>str</c>.</summary>
internal static class StringMethods
{
    public static readonly FrozenDictionary<string, Builtin> Table = Builtin.Table(
    [
        Mapped("upper", CaseMapping.Upper),
        Mapped("lower", CaseMapping.Lower),
        Mapped("casefold", text => CaseMapping.Lower(text).Replace("ß", "ss", StringComparison.Ordinal)),
        Mapped("capitalize", CaseMapping.Capitalize),
        Mapped("title", CaseMapping.TitleWords),
        Mapped("swapcase", CaseMapping.Swap),
        new("strip", "chars=", call => Stripped(call, start: true, end: true)),
        new("lstrip", "chars=", call => Stripped(call, start: true, end: false)),
        new("rstrip", "chars=", call => Stripped(call, start: false, end: true)),
        new("replace", "old, new, count=", Replace),
        new("removeprefix", "prefix", call => call.SelfText.With(
            call.SelfText.Text.StartsWith(call.Text(1), StringComparison.Ordinal) ? call.SelfText.Text[call.Text(1).Length..] : call.SelfText.Text)),
        new("removesuffix", "suffix", call => call.SelfText.With(
            call.SelfText.Text.EndsWith(call.Text(1), StringComparison.Ordinal) ? call.SelfText.Text[..^call.Text(1).Length] : call.SelfText.Text)),
        new("join", "iterable", call => Join(call.SelfText, call[1].Iterate())),
        new("format", "*args, **kwargs", call => Format(call.SelfText, (TupleValue)call[1], (DictValue)call[2])),
        new("format_map", "mapping", call => Format(call.SelfText, TupleValue.Empty, call[1] as DictValue ?? throw new TemplateException("format_map() takes a mapping"))),
        new("split", "sep=, maxsplit=", call => Split(call, fromEnd: false)),
        new("rsplit", "sep=, maxsplit=", call => Split(call, fromEnd: true)),
        new("splitlines", "keepends=", call => Pieces(call.SelfText, Splitting.Lines(call.SelfText.Text, call.Flag(1)))),
        new("partition", "sep", call => Partition(call, fromEnd: false)),
        new("rpartition", "sep", call => Partition(call, fromEnd: true)),
        new("ljust", "width, fillchar=", call => Justify(call, '<')),
        new("rjust", "width, fillchar=", call => Justify(call, '>')),
        new("center", "width, fillchar=", call => Justify(call, '^')),
        new("zfill", "width", ZeroFill),
        new("expandtabs", "tabsize=", ExpandTabs),
        .. TextSearch.Methods,
        .. TextClasses.Methods,
    ]);

    public static Value Format(StringValue format, TupleValue positional, DictValue named) =>
        format.With(new BraceFormat(positional, named, format.IsMarkup ? Html.Escape : text => text).Apply(format.Text));

    /// <summary>Centred as <c>str.center</c> does it: of an odd rest, the larger half goes left when the width is odd.</summary>
    public static string Center(string text, int width, string fill = " ")
    {
        var missing = width - CodePoints.Count(text);
        if (missing <= 0)
        {
            return text;
        }

        var left = (missing / 2) + (missing & width & 1);
        return Repeated(fill, left) + text + Repeated(fill, missing - left);
    }

    private static string Repeated(string fill, int times)
    {
        StringValue.CheckLength((long)fill.Length * times);
        return fill.Length == 1 ? new string(fill[0], times) : new StringBuilder().Insert(0, fill, times).ToString();
    }

    private static Builtin Mapped(string name, Func<string, string> map) => new(name, "", call => call.SelfText.With(map(call.SelfText.Text)));

    private static StringValue Stripped(Invocation call, bool start, bool end) => call.SelfText.With(Strip(call.SelfText.Text, call.TextOrNull(1), start, end));

    public static string Strip(string text, string? chars, bool start = true, bool end = true)
    {
        var span = text.AsSpan();
        if (chars is null)
        {
            span = start ? Whitespace.TrimStart(span) : span;
            span = end ? Whitespace.TrimEnd(span) : span;
        }
        else
        {
            // An empty set would make TrimStart trim whitespace.
            span = start && chars.Length > 0 ? span.TrimStart(chars) : span;
            span = end && chars.Length > 0 ? span.TrimEnd(chars) : span;
        }

        return span.Length == text.Length ? text : span.ToString();
    }

    private static StringValue Replace(Invocation call)
    {
        var self = call.SelfText;
        var replacement = call[2] is StringValue { IsMarkup: false } && self.IsMarkup ? Html.Escape(call.Text(2)) : call.Text(2);
        return self.With(Replace(self.Text, call.Text(1), replacement, call.Count(3, -1)));
    }

    /// <summary>Replaces the first <paramref name="count"/> occurrences, or all when that is negative.</summary>
    public static string Replace(string text, string old, string replacement, int count)
    {
        if (count < 0 && old.Length > 0 && replacement.Length <= old.Length)
        {
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        var output = new StringBuilder();
        var from = 0;
        for (var at = 0; count != 0 && (at = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; count--)
        {
            output.Append(text, from, at - from).Append(replacement);
            StringValue.CheckLength(output.Length);
            from = at + old.Length;
            at = from;
            if (old.Length == 0)
            {
                if (at == text.Length)
                {
                    return output.ToString();
                }

                at += char.IsSurrogatePair(text, at) ? 2 : 1;
            }
        }

        return output.Append(text, from, text.Length - from).ToString();
    }

    private static StringValue Join(StringValue separator, IEnumerable<Value> parts)
    {
        var output = new StringBuilder();
        var index = 0;
        foreach (var part in parts)
        {
            if (part is not StringValue text && !separator.IsMarkup)
            {
                throw new TemplateException($"sequence item {index}: expected str instance, {part.TypeName} found");
            }

            output.Append(index++ > 0 ? separator.Text : "");
            output.Append(separator.IsMarkup && part is not StringValue { IsMarkup: true } ? Html.Escape(part.ToText()) : part.ToText());
            StringValue.CheckLength(output.Length);
        }

        return separator.With(output.ToString());
    }

    private static ListValue Split(Invocation call, bool fromEnd)
    {
        var limit = call.Count(2, -1);
        call.State.Spend(call.SelfText.Text.Length >> 3);
        return Pieces(call.SelfText, call.TextOrNull(1) is not { } separator
            ? Splitting.OnWhitespace(call.SelfText.Text, limit, fromEnd)
            : separator.Length > 0
                ? Splitting.On(call.SelfText.Text, separator, limit, fromEnd)
                : throw new TemplateException("empty separator"));
    }

    private static ListValue Pieces(StringValue self, IEnumerable<string> pieces) => ListValue.From(pieces.Select(self.With));

    private static TupleValue Partition(Invocation call, bool fromEnd)
    {
        var (text, separator) = (call.SelfText.Text, call.Text(1));
        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        var at = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : fromEnd ? ["", "", text] : [text, "", ""];
        return new TupleValue([.. parts.Select(call.SelfText.With)]);
    }

    private static StringValue Justify(Invocation call, char align)
    {
        var (text, width, fill) = (call.SelfText.Text, call.Count(1, 0), call.TextOrNull(2) ?? " ");
        if (CodePoints.Count(fill) != 1)
        {
            throw new TemplateException("The fill character must be exactly one character long");
        }

        StringValue.CheckLength(width);
        var missing = Math.Max(0, width - CodePoints.Count(text));
        return call.SelfText.With(align switch
        {
            '<' => text + Repeated(fill, missing),
            '>' => Repeated(fill, missing) + text,
            _ => Center(text, width, fill),
        });
    }

    private static StringValue ZeroFill(Invocation call)
    {
        var text = call.SelfText.Text;
        var missing = call.Count(1, 0) - CodePoints.Count(text);
        if (missing <= 0)
        {
            return call.SelfText;
        }

        var sign = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        return call.SelfText.With(text[..sign] + Repeated("0", missing) + text[sign..]);
    }

    private static StringValue ExpandTabs(Invocation call)
    {
        var size = call.Count(1, 8);
        var output = new StringBuilder();
        var column = 0;
        foreach (var c in call.SelfText.Text)
        {
            if (c == '\t')
            {
                var spaces = size <= 0 ? 0 : size - (column % size);
                StringValue.CheckLength((long)output.Length + spaces);
                output.Append(' ', spaces);
                column += spaces;
            }
            else
            {
                output.Append(c);
                column = c is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return call.SelfText.With(output.ToString());
    }
}
