using Platform.Templates.Rendering;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The <c>wordwrap</c> filter: fills lines up to a width, keeping the line ends that are there.</summary>
internal static class WordWrap
{
    public static Value Apply(Invocation call)
    {
        var self = TextFilters.Demand(call.Self);
        var width = call.Count(1, 79);
        if (width <= 0)
        {
            throw new TemplateException($"invalid width {width} (must be > 0)");
        }

        var (breakLong, onHyphens) = (call.Flag(2, otherwise: true), call.Flag(4, otherwise: true));
        var newline = call.TextOrNull(3) ?? "\n";
        var lines = Splitting.Lines(self.Text, keepEnds: false).Select(line => string.Join(newline, Fill(call.State, line, width, breakLong, onHyphens)));
        return self.With(string.Join(newline, lines));
    }

    private static List<string> Fill(RenderState state, string line, int width, bool breakLong, bool onHyphens)
    {
        var lines = new List<string>();
        var chunks = new Stack<string>(Chunks(line, onHyphens).Reverse());
        while (chunks.Count > 0)
        {
            state.Spend(1);
            if (lines.Count > 0 && IsSpace(chunks.Peek()))
            {
                chunks.Pop();
            }

            var current = new List<string>();
            var room = width;
            while (chunks.Count > 0 && CodePoints.Count(chunks.Peek()) <= room)
            {
                room -= CodePoints.Count(chunks.Peek());
                current.Add(chunks.Pop());
                state.Spend(1);
            }

            if (chunks.Count > 0 && CodePoints.Count(chunks.Peek()) > width)
            {
                PlaceLongWord(chunks, current, room, breakLong, onHyphens);
            }

            if (current.Count > 0 && IsSpace(current[^1]))
            {
                current.RemoveAt(current.Count - 1);
            }

            if (current.Count > 0)
            {
                lines.Add(string.Concat(current));
            }
        }

        return lines;
    }

    /// <summary>Breaks a word that no line can hold; one that may not be broken gets a line of its own.</summary>
    private static void PlaceLongWord(Stack<string> chunks, List<string> current, int room, bool breakLong, bool onHyphens)
    {
        if (breakLong)
        {
            var word = chunks.Pop();
            var end = CodePoints.ToUnits(word, room);
            var hyphen = onHyphens && end > 0 ? word.LastIndexOf('-', end - 1) : -1;
            end = hyphen > 0 && word.AsSpan(0, hyphen).ContainsAnyExcept('-') ? hyphen + 1 : end;
            current.Add(word[..end]);
            chunks.Push(word[end..]);
        }
        else if (current.Count == 0)
        {
            current.Add(chunks.Pop());
        }
    }

    private static bool IsSpace(string chunk) => Whitespace.IsBlank(chunk);

    /// <summary>Words, the spaces between them, and the parts of hyphenated words.</summary>
    private static IEnumerable<string> Chunks(string line, bool onHyphens)
    {
        var start = 0;
        for (var at = 1; at <= line.Length; at++)
        {
            var isBreak = at == line.Length
                || Whitespace.Is(line[at]) != Whitespace.Is(line[at - 1])
                || (onHyphens && line[at - 1] == '-' && at > 1 && char.IsLetter(line[at - 2]) && char.IsLetter(line[at]));
            if (isBreak)
            {
                yield return line[start..at];
                start = at;
            }
        }
    }
}
