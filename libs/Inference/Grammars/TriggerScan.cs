namespace Platform.Inference.Grammars;

/// <summary>Looks for the first place where one of a few texts occurs in bytes that come in pieces.</summary>
internal sealed class TriggerScan(byte[][] triggers)
{
    private readonly byte[] tail = new byte[Math.Max(0, triggers.Max(trigger => trigger.Length) - 1)];
    private int length;

    /// <summary>The trigger found, and how many bytes of the piece it took; null: none.</summary>
    public (byte[] Trigger, int Taken)? Look(ReadOnlySpan<byte> piece)
    {
        var text = (byte[])[.. tail.AsSpan(0, length), .. piece];
        for (var end = length + 1; end <= text.Length; end++)
        {
            foreach (var trigger in triggers)
            {
                if (text.AsSpan(0, end).EndsWith(trigger))
                {
                    return (trigger, end - length);
                }
            }
        }

        return null;
    }

    public void Add(ReadOnlySpan<byte> piece)
    {
        var text = (byte[])[.. tail.AsSpan(0, length), .. piece];
        length = Math.Min(text.Length, tail.Length);
        text.AsSpan(text.Length - length).CopyTo(tail);
    }
}
