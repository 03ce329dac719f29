namespace Platform.Video.Noise;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11): a counter-based generator, the same on every machine and thread count.
/// </summary>
public static class Philox
{
    /// <summary>Four 32-bit words of the stream <paramref name="key"/> at <paramref name="counter"/>.</summary>
    public static (uint, uint, uint, uint) Block(UInt128 counter, ulong key)
    {
        var (c0, c1, c2, c3) = ((uint)counter, (uint)(counter >> 32), (uint)(counter >> 64), (uint)(counter >> 96));
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var (a, b) = (0xD2511F53UL * c0, 0xCD9E8D57UL * c2);
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>
    /// Fills a span with standard normal numbers by the Box–Muller transform, four from each block. <paramref name="stream"/> keeps uses of one seed apart (initial latents, step noise).
    /// </summary>
    public static void Normal(long seed, ulong stream, Span<float> into)
    {
        for (var i = 0; i < into.Length; i += 4)
        {
            var (a, b, c, d) = Block(new UInt128(stream, (ulong)(i / 4)), (ulong)seed);
            var (x, y) = BoxMuller(a, b);
            var (z, w) = BoxMuller(c, d);
            into[i] = x;
            if (i + 1 < into.Length) into[i + 1] = y;
            if (i + 2 < into.Length) into[i + 2] = z;
            if (i + 3 < into.Length) into[i + 3] = w;
        }
    }

    private static (float, float) BoxMuller(uint a, uint b)
    {
        var radius = Math.Sqrt(-2 * Math.Log((a + 0.5) * (1.0 / 4294967296)));   // (0, 1): never the logarithm of 0
        var (sin, cos) = Math.SinCos(2 * Math.PI * ((b + 0.5) * (1.0 / 4294967296)));
        return ((float)(radius * cos), (float)(radius * sin));
    }
}
