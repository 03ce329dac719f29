using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters that make text of text; whatever else they are given is written out first.</summary>
internal static class TextFilters
{
    public static readonly Builtin[] All =
    [
        new("string", "", call => call.Self as StringValue ?? StringValue.Of(call.State.ToText(call.Self))),
        Mapped("upper", CaseMapping.Upper),
        Mapped("lower", CaseMapping.Lower),
        Mapped("capitalize", CaseMapping.Capitalize),
        Mapped("title", Title),
        new("trim", "chars=", call => Soft(call.Self).With(StringMethods.Strip(Soft(call.Self).Text, call.TextOrNull(1)))),
        new("center", "width=", call => Soft(call.Self).With(StringMethods.Center(Soft(call.Self).Text, Width(call, 1, 80)))),
        new("replace", "old, new, count=", call => StringValue.Of(StringMethods.Replace(
            call.Self.ToText(), call[1].ToText(), call[2].ToText(), call.Given(3) is null ? -1 : call.Count(3, -1)))),
        new("format", "*args, **kwargs", call => Operators.Apply(BinaryOperator.Modulo, Soft(call.Self), FormatArguments(call))),
        new("indent", "width=, first=, blank=", Indent),
        new("truncate", "length=, killwords=, end=, leeway=", Truncate),
        new("wordwrap", "width=, break_long_words=, wrapstring=, break_on_hyphens=", WordWrap.Apply),
        new("wordcount", "", call => IntegerValue.Of(Words(call.Self.ToText()))),
    ];

    public static StringValue Soft(Value value) => value as StringValue ?? StringValue.Of(value.ToText());

    /// <summary>For the few filters that take text and nothing else.</summary>
    public static StringValue Demand(Value value) => value switch
    {
        StringValue text => text,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException($"expected a str, got '{value.TypeName}'"),
    };

    public static int Width(Invocation call, int slot, int otherwise)
    {
        var width = call.Count(slot, otherwise);
        StringValue.CheckLength(width);
        return Math.Max(0, width);
    }

    private static Builtin Mapped(string name, Func<string, string> map) => new(name, "", call => Soft(call.Self).With(map(Soft(call.Self).Text)));

    private static Value FormatArguments(Invocation call)
    {
        var (positional, named) = ((TupleValue)call[1], (DictValue)call[2]);
        return positional.IsTruthy && named.IsTruthy
            ? throw new TemplateException("can't handle positional and keyword arguments at the same time")
            : named.IsTruthy ? named : positional;
    }

    /// <summary>Words begin behind whitespace, hyphens and opening brackets.</summary>
    private static string Title(string text)
    {
        var output = new StringBuilder(text.Length);
        var start = 0;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || Whitespace.Is(text[at]) || text[at] is '-' or '(' or '{' or '[' or '<')
            {
                var letter = start < at && char.IsSurrogatePair(text, start) ? 2 : Math.Min(1, at - start);
                output.Append(CaseMapping.Upper(text.Substring(start, letter))).Append(CaseMapping.Lower(text[(start + letter)..at]));
                output.Append(text, at, at < text.Length ? 1 : 0);
                start = at + 1;
            }
        }

        return output.ToString();
    }

    private static StringValue Indent(Invocation call)
    {
        var self = Demand(call.Self);
        var indent = call[1] is StringValue given ? given.Text : new string(' ', Width(call, 1, 4));
        var (indentFirst, indentBlank) = (call.Flag(2), call.Flag(3));
        var output = new StringBuilder(indentFirst ? indent : "");
        var lines = Splitting.Lines(self.Text + "\n", keepEnds: false);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                output.Append('\n').Append(indentBlank || lines[i].Length > 0 ? indent : "");
            }

            output.Append(lines[i]);
            StringValue.CheckLength(output.Length);
        }

        return self.With(output.ToString());
    }

    private static Value Truncate(Invocation call)
    {
        var (length, end) = (call.Count(1, 255), call.TextOrNull(3) ?? "...");
        var leeway = call.Given(4) is null ? 5 : call.Count(4, 5);
        var room = length - CodePoints.Count(end);
        if (room < 0 || leeway < 0)
        {
            throw new TemplateException($"truncate: expected a length >= {CodePoints.Count(end)} and a leeway >= 0, got {length} and {leeway}");
        }

        if (call.Self.Count() <= (long)length + leeway)
        {
            return call.Self;
        }

        var self = Demand(call.Self);
        var head = self.Text[..CodePoints.ToUnits(self.Text, room)];
        var space = call.Flag(2) ? -1 : head.LastIndexOf(' ');
        return self.With((space < 0 ? head : head[..space]) + end);
    }

    private static int Words(string text)
    {
        var (words, inWord) = (0, false);
        foreach (var c in text)
        {
            var isPart = char.IsLetterOrDigit(c) || c == '_';
            words += isPart && !inWord ? 1 : 0;
            inWord = isPart;
        }

        return words;
    }
}
