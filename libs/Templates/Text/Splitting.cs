namespace Platform.Templates.Text;

/// <summary>Python's ways to cut a string. A negative limit means all cuts.</summary>
internal static class Splitting
{
    public static List<string> On(string text, string separator, int limit, bool fromEnd)
    {
        var pieces = new List<string>();
        if (fromEnd)
        {
            var end = text.Length;
            while (limit-- != 0 && text.AsSpan(0, end).LastIndexOf(separator) is >= 0 and var at)
            {
                pieces.Add(text[(at + separator.Length)..end]);
                end = at;
            }

            pieces.Add(text[..end]);
            pieces.Reverse();
            return pieces;
        }

        var start = 0;
        while (limit-- != 0 && text.IndexOf(separator, start, StringComparison.Ordinal) is >= 0 and var at)
        {
            pieces.Add(text[start..at]);
            start = at + separator.Length;
        }

        pieces.Add(text[start..]);
        return pieces;
    }

    public static List<string> OnWhitespace(string text, int limit, bool fromEnd)
    {
        var pieces = new List<string>();
        if (fromEnd)
        {
            for (var rest = Whitespace.TrimEnd(text); !rest.IsEmpty; rest = Whitespace.TrimEnd(rest))
            {
                var at = limit-- == 0 ? 0 : rest.Length;
                while (at > 0 && !Whitespace.Is(rest[at - 1]))
                {
                    at--;
                }

                pieces.Add(rest[at..].ToString());
                rest = rest[..at];
            }

            pieces.Reverse();
            return pieces;
        }

        for (var rest = Whitespace.TrimStart(text); !rest.IsEmpty; rest = Whitespace.TrimStart(rest))
        {
            var at = limit-- == 0 ? rest.Length : 0;
            while (at < rest.Length && !Whitespace.Is(rest[at]))
            {
                at++;
            }

            pieces.Add(rest[..at].ToString());
            rest = rest[at..];
        }

        return pieces;
    }

    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !Whitespace.IsLineEnd(text[end]))
            {
                end++;
            }

            var next = end == text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }
}
