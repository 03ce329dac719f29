using System.Buffers;
using System.Text;

namespace Platform.Inference.Text;

/// <summary>
/// Finds the first place where one of a few strings ends, in text that comes in pieces, and holds back no more than what may be the start of one.
/// Where several end at the same byte the longest counts. Each string is followed by a Knuth–Morris–Pratt automaton.
/// </summary>
internal sealed class StopScanner(IReadOnlyList<string> stops)
{
    private readonly Pattern[] patterns = [.. stops.Select(stop => new Pattern(Encoding.UTF8.GetBytes(stop)))];
    private readonly ArrayBufferWriter<byte> held = new(64);

    public bool IsStopped => Met is not null;

    /// <summary>Index of the string that was met.</summary>
    public int? Met { get; private set; }

    public bool IsHolding => !IsStopped && held.WrittenCount > 0;

    /// <summary>Writes what is certain to be shown. What follows a stop string, and the string itself, is not.</summary>
    public void Append(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (IsStopped)
        {
            return;
        }

        if (patterns.Length == 0)
        {
            output.Write(text);
            return;
        }

        for (var i = 0; i < text.Length; i++)
        {
            for (var k = 0; k < patterns.Length; k++)
            {
                if (patterns[k].Follow(text[i]) && (Met is not { } other || patterns[k].Length > patterns[other].Length)) Met = k;
            }

            if (Met is { } met)
            {
                held.Write(text[..(i + 1)]);
                output.Write(held.WrittenSpan[..^patterns[met].Length]);
                return;
            }
        }

        held.Write(text);
        var kept = 0;
        foreach (var pattern in patterns)
        {
            kept = Math.Max(kept, pattern.Matched);
        }

        output.Write(held.WrittenSpan[..^kept]);
        var rest = held.WrittenSpan[^kept..];
        held.ResetWrittenCount();
        rest.CopyTo(held.GetSpan(kept));
        held.Advance(kept);
    }

    /// <summary>Writes what was held back.</summary>
    public void End(IBufferWriter<byte> output)
    {
        if (!IsStopped)
        {
            output.Write(held.WrittenSpan);
            held.ResetWrittenCount();
        }
    }

    private sealed class Pattern
    {
        private readonly byte[] bytes;
        private readonly int[] fallback;

        public Pattern(byte[] bytes)
        {
            ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
            this.bytes = bytes;
            fallback = new int[bytes.Length + 1];
            for (int i = 1, matched = 0; i < bytes.Length; i++)
            {
                matched = Next(matched, bytes[i]);
                fallback[i + 1] = matched;
            }
        }

        public int Length => bytes.Length;

        /// <summary>How much of the string the text so far ends with.</summary>
        public int Matched { get; private set; }

        /// <summary>True: the string ends here.</summary>
        public bool Follow(byte next)
        {
            Matched = Next(Matched, next);
            return Matched == Length;
        }

        private int Next(int matched, byte next)
        {
            while (matched > 0 && bytes[matched] != next)
            {
                matched = fallback[matched];
            }

            return bytes[matched] == next ? matched + 1 : 0;
        }
    }
}
