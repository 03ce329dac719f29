using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The <c>wordwrap</c> filter: fills lines up to a width, keeping the line ends that are there.</summary>
internal static class WordWrap
{
    public static Value Apply(Invocation call)
    {
        var self = TextFilters.Soft(call.Self);
        var width = call.Count(1, 79);
        if (width <= 0)
        {
            throw new TemplateException($"invalid width {width} (must be > 0)");
        }

        var (breakLong, onHyphens) = (call.Flag(2, otherwise: true), call.Flag(4, otherwise: true));
        var newline = call.TextOrNull(3) ?? "\n";
        var lines = Splitting.Lines(self.Text, keepEnds: false).Select(line => string.Join(newline, Fill(line, width, breakLong, onHyphens)));
        return self.With(string.Join(newline, lines));
    }

    private static List<string> Fill(string line, int width, bool breakLong, bool onHyphens)
    {
        var lines = new List<string>();
        var current = new StringBuilder();
        var chunks = new Queue<string>(Chunks(line, onHyphens));
        while (chunks.TryDequeue(out var chunk))
        {
            if (current.Length == 0 && lines.Count > 0 && string.IsNullOrWhiteSpace(chunk))
            {
                continue;
            }

            for (; current.Length + chunk.Length > width; current.Clear())
            {
                var fits = Math.Max(width - current.Length, 0);
                var isLong = chunk.Length > width;
                if (isLong && breakLong)
                {
                    current.Append(chunk, 0, fits);
                    chunk = chunk[fits..];
                }
                else if (isLong && current.Length == 0)
                {
                    break;
                }

                lines.Add(current.ToString().TrimEnd());
                chunk = string.IsNullOrWhiteSpace(chunk) ? "" : chunk;
            }

            current.Append(chunk);
        }

        if (!string.IsNullOrWhiteSpace(current.ToString()))
        {
            lines.Add(current.ToString().TrimEnd());
        }

        return lines;
    }

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
