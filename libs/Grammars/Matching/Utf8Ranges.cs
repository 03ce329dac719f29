namespace Platform.Grammars.Matching;

/// <summary>Splits ranges of code points into sequences of byte ranges, as their UTF-8 has them.</summary>
internal static class Utf8Ranges
{
    private static readonly int[] Ends = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <param name="low">Not a surrogate, nor is anything up to <paramref name="high"/>.</param>
    public static IEnumerable<(byte Low, byte High)[]> Split(int low, int high)
    {
        foreach (var end in Ends)
        {
            if (low <= end && end < high)
            {
                foreach (var part in Split(low, end).Concat(Split(end + 1, high)))
                {
                    yield return part;
                }

                yield break;
            }
        }

        for (var bits = 6; high > 0x7F && bits <= 18; bits += 6)
        {
            var mask = (1 << bits) - 1;
            if ((low & ~mask) == (high & ~mask))
            {
                continue;
            }

            var cut = (low & mask) != 0 ? (low | mask) + 1 : (high & mask) != mask ? high & ~mask : -1;
            if (cut > low && cut <= high)
            {
                foreach (var part in Split(low, cut - 1).Concat(Split(cut, high)))
                {
                    yield return part;
                }

                yield break;
            }
        }

        var (first, last) = (Bytes(low), Bytes(high));
        yield return [.. first.Zip(last)];
    }

    private static byte[] Bytes(int codePoint) => codePoint switch
    {
        < 0x80 => [(byte)codePoint],
        < 0x800 => [(byte)(0xC0 | (codePoint >> 6)), Tail(codePoint)],
        < 0x10000 => [(byte)(0xE0 | (codePoint >> 12)), Tail(codePoint >> 6), Tail(codePoint)],
        _ => [(byte)(0xF0 | (codePoint >> 18)), Tail(codePoint >> 12), Tail(codePoint >> 6), Tail(codePoint)],
    };

    private static byte Tail(int bits) => (byte)(0x80 | (bits & 0x3F));
}
