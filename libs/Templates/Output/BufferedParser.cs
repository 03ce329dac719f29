namespace Platform.Templates.Output;

/// <summary>A parser that works on the text not yet told, and leaves what it can't tell yet for the next piece.</summary>
internal abstract class BufferedParser : OutputParser
{
    private byte[] buffer = new byte[256];
    private int start;
    private int end;

    /// <summary>No more text comes.</summary>
    protected bool IsOver { get; private set; }

    protected ReadOnlySpan<byte> Text => buffer.AsSpan(start, end - start);

    public override void Append(ReadOnlySpan<byte> utf8)
    {
        if (buffer.Length - end < utf8.Length)
        {
            var kept = Text.Length;
            var larger = buffer.Length - kept < utf8.Length ? new byte[Math.Max(buffer.Length * 2, kept + utf8.Length)] : buffer;
            Text.CopyTo(larger);
            (buffer, start, end) = (larger, 0, kept);
        }

        utf8.CopyTo(buffer.AsSpan(end));
        end += utf8.Length;
        Run();
    }

    public override void End()
    {
        IsOver = true;
        Run();
    }

    /// <summary>Takes some of <see cref="Text"/>. False: more is needed.</summary>
    protected abstract bool Step();

    protected void Take(int bytes) => start += bytes;

    /// <summary>The first of some marks in the text.</summary>
    /// <param name="before">Bytes before it; where there is none, bytes that are certainly before one.</param>
    /// <returns>The mark's index, or −1.</returns>
    protected int Find(byte[][] marks, out int before)
    {
        var found = -1;
        before = Text.Length;
        for (var i = 0; i < marks.Length; i++)
        {
            var at = Text.IndexOf(marks[i]);
            if (at >= 0 && (at < before || (at == before && found >= 0 && marks[i].Length > marks[found].Length)))
            {
                (found, before) = (i, at);
            }
        }

        if (found >= 0 || IsOver)
        {
            return found;
        }

        foreach (var mark in marks)
        {
            for (var length = Math.Min(mark.Length - 1, Text.Length); length > 0; length--)
            {
                if (Text.EndsWith(mark.AsSpan(0, length)))
                {
                    before = Math.Min(before, Text.Length - length);
                    break;
                }
            }
        }

        return -1;
    }

    /// <summary>True: white space was taken and something follows.</summary>
    protected bool SkipSpace()
    {
        var spaces = 0;
        while (spaces < Text.Length && Text[spaces] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            spaces++;
        }

        Take(spaces);
        return Text.Length > 0;
    }

    private void Run()
    {
        while (Step())
        {
        }
    }
}
