using System.Text;

namespace Platform.Templates.Text;

/// <summary>Escaping for HTML, as the <c>escape</c> filter and markup do it.</summary>
internal static class Html
{
    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>\"'") < 0)
        {
            return text;
        }

        var output = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => output.Append("&amp;"),
                '<' => output.Append("&lt;"),
                '>' => output.Append("&gt;"),
                '"' => output.Append("&#34;"),
                '\'' => output.Append("&#39;"),
                _ => output.Append(c),
            };
        }

        return output.ToString();
    }

    /// <summary>Text without comments and tags, its entities resolved, and each run of whitespace made one space.</summary>
    public static string StripTags(string text)
    {
        text = Remove(Remove(text, "<!--", "-->"), "<", ">");
        return System.Net.WebUtility.HtmlDecode(string.Join(' ', text.Split([' ', '\n', '\t', '\r', '\f', '\v'], StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string Remove(string text, string open, string close)
    {
        var output = new StringBuilder(text.Length);
        var from = 0;
        while (text.IndexOf(open, from, StringComparison.Ordinal) is >= 0 and var start
            && text.IndexOf(close, start, StringComparison.Ordinal) is >= 0 and var end)
        {
            output.Append(text, from, start - from);
            from = end + close.Length;
        }

        return output.Append(text, from, text.Length - from).ToString();
    }
}
