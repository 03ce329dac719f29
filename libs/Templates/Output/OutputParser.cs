namespace Platform.Templates.Output;

/// <summary>
/// Tells apart what one choice says, thinks and calls, while its text comes piece by piece. Text that may be the start of a mark is held back.
/// The same text gives the same parts however it is cut into pieces.
/// </summary>
public abstract class OutputParser
{
    /// <summary>A parser for text that is content and nothing else.</summary>
    public static OutputParser Plain(IOutputSink sink) => new PlainOutput(sink);

    /// <param name="utf8">The next piece, whole characters.</param>
    public abstract void Append(ReadOnlySpan<byte> utf8);

    /// <summary>No more text comes: what was held back is told.</summary>
    public abstract void End();

    private sealed class PlainOutput(IOutputSink sink) : OutputParser
    {
        public override void Append(ReadOnlySpan<byte> utf8)
        {
            if (utf8.Length > 0)
            {
                sink.Content(utf8);
            }
        }

        public override void End()
        {
        }
    }
}
