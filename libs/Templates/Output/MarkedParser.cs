using System.Text;

namespace Platform.Templates.Output;

/// <summary>
/// Text in which thinking and calls are set off by marks: thinking first, then content, then calls. White space between the parts belongs to none of them.
/// </summary>
/// <param name="callMarks">What begins a call; told to <see cref="BeginCall"/> by index.</param>
internal abstract class MarkedParser(OutputFormat format, IOutputSink sink, OutputContext context, string[] callMarks) : BufferedParser
{
    private readonly byte[][] calls = context.Tools.Count > 0 ? [.. callMarks.Select(Encoding.UTF8.GetBytes)] : [];
    private readonly byte[]? open = format.Thinking is { } marks ? Encoding.UTF8.GetBytes(marks.Open) : null;
    private readonly byte[][] close = format.Thinking is { } thinking ? [Encoding.UTF8.GetBytes(thinking.Close)] : [];
    private readonly List<byte> spaces = [];
    private Part part = context.Thinks ? Part.Thinking : Part.Start;
    private bool said;
    private int count;

    private enum Part { Start, Thinking, Content, Call }

    protected IOutputSink Sink => sink;
    protected OutputContext Context => context;

    protected override bool Step() => part switch
    {
        Part.Start => Begin(),
        Part.Thinking => Think(),
        Part.Content => Say(),
        _ => StepCall(),
    };

    /// <summary>A call's mark was taken.</summary>
    protected abstract void BeginCall(int mark);

    /// <summary>Takes some of a call. False: more is needed.</summary>
    protected abstract bool StepCall();

    /// <summary>Back to content.</summary>
    protected bool EndCalls()
    {
        part = Part.Content;
        said = false;
        return true;
    }

    protected int Call(string name)
    {
        spaces.Clear();
        sink.ToolCall(count, format.CallId(context, count), name);
        return count++;
    }

    private bool Begin()
    {
        if (open is null)
        {
            part = Part.Content;
            return true;
        }

        // the mark of thinking counts at the very start only
        var spaces = Text.Length - Text.TrimStart(" \n\r\t"u8).Length;
        var rest = Text[spaces..];
        if (rest.StartsWith(open))
        {
            Take(spaces + open.Length);
            part = Part.Thinking;
            return true;
        }

        if (!IsOver && open.AsSpan().StartsWith(rest))
        {
            return false;
        }

        part = Part.Content;
        return true;
    }

    private bool Think()
    {
        var mark = Find(close, out var before);
        Tell(Text[..before], thinking: true);
        Take(before);
        if (mark < 0)
        {
            return false;
        }

        Take(close[mark].Length);
        (part, said) = (Part.Content, false);
        spaces.Clear();
        return true;
    }

    private bool Say()
    {
        var mark = Find(calls, out var before);
        Tell(Text[..before], thinking: false);
        Take(before);
        if (mark < 0)
        {
            if (IsOver && said)
            {
                Flush(thinking: false);
            }

            return false;
        }

        Take(calls[mark].Length);
        spaces.Clear();
        part = Part.Call;
        BeginCall(mark);
        return true;
    }

    /// <summary>Leaves white space out at the start, and holds it back where a mark may follow.</summary>
    private void Tell(ReadOnlySpan<byte> text, bool thinking)
    {
        var trims = thinking || calls.Length > 0 || close.Length > 0;
        if (!trims)
        {
            if (text.Length > 0)
            {
                sink.Content(text);
            }

            return;
        }

        text = said ? text : text.TrimStart(" \n\r\t"u8);
        var kept = text.TrimEnd(" \n\r\t"u8).Length;
        if (kept > 0)
        {
            Flush(thinking);
            said = true;
            if (thinking)
            {
                sink.Reasoning(text[..kept]);
            }
            else
            {
                sink.Content(text[..kept]);
            }
        }

        spaces.AddRange(text[kept..]);
    }

    private void Flush(bool thinking)
    {
        if (spaces.Count == 0)
        {
            return;
        }

        if (thinking)
        {
            sink.Reasoning([.. spaces]);
        }
        else
        {
            sink.Content([.. spaces]);
        }

        spaces.Clear();
    }
}
