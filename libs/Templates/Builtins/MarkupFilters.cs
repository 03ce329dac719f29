using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters about HTML and URLs.</summary>
internal static class MarkupFilters
{
    public static readonly Builtin[] All =
    [
        new("safe", "", call => StringValue.Markup(call.Self.ToText())),
        new("escape", "", Escape),
        new("e", "", Escape),
        new("forceescape", "", call => StringValue.Markup(Html.Escape(call.Self.ToText()))),
        new("striptags", "", call => StringValue.Of(Html.StripTags(call.Self.ToText()))),
        new("urlencode", "", UrlEncode),
        new("xmlattr", "autospace=", XmlAttributes),
    ];

    private static Value Escape(Invocation call) => call.Self is StringValue { IsMarkup: true } ? call.Self : StringValue.Markup(Html.Escape(call.Self.ToText()));

    private static StringValue UrlEncode(Invocation call)
    {
        if (call.Self is StringValue || call.Self.Elements is null)
        {
            return StringValue.Of(Quote(call.Self.ToText(), isQuery: false));
        }

        var pairs = call.Self is DictValue dict
            ? dict.Entries.Select(entry => (entry.Key, entry.Value))
            : call.Self.Iterate().Select(pair => pair.Iterate().Take(3).ToArray() is [var key, var value]
                ? (key, value)
                : throw new TemplateException("urlencode takes text, a mapping or pairs"));
        return StringValue.Of(string.Join('&', pairs.Select(pair => Quote(pair.Item1.ToText(), isQuery: true) + "=" + Quote(pair.Item2.ToText(), isQuery: true))));
    }

    private static string Quote(string text, bool isQuery)
    {
        var quoted = Uri.EscapeDataString(text);
        return isQuery
            ? quoted.Replace("%20", "+", StringComparison.Ordinal)
            : quoted.Replace("%2F", "/", StringComparison.Ordinal);
    }

    private static StringValue XmlAttributes(Invocation call)
    {
        if (call.Self is not DictValue attributes)
        {
            throw new TemplateException("xmlattr takes a mapping");
        }

        var output = new StringBuilder();
        foreach (var (key, value) in attributes.Entries)
        {
            if (value is NoneValue or UndefinedValue)
            {
                continue;
            }

            var name = key.ToText();
            if (name.Any(c => Whitespace.Is(c) || c is '/' or '>' or '='))
            {
                throw new TemplateException($"Invalid character in attribute name: {key.Repr()}");
            }

            output.Append(output.Length > 0 || call.Flag(1, otherwise: true) ? " " : "");
            output.Append(Html.Escape(name)).Append("=\"").Append(value is StringValue { IsMarkup: true } ? value.ToText() : Html.Escape(value.ToText())).Append('"');
        }

        return StringValue.Of(output.ToString());
    }
}
