namespace Platform.Inference.Samplers;

/// <summary>
/// Counter-based random numbers: the same (seed, choice, position) always gives the same number, so a generation continued elsewhere draws as it would have here.
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    /// <param name="stream">Numbers of one place that must not depend on each other.</param>
    public static double Uniform(long seed, int choice, int position, int stream = 0)
    {
        var (a, b, _, _) = Block(((uint)position, (uint)choice, (uint)stream, 0), ((uint)seed, (uint)(seed >>> 32)));
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    public static (uint, uint, uint, uint) Block((uint A, uint B, uint C, uint D) counter, (uint A, uint B) key)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var first = 0xD2511F53UL * counter.A;
            var second = 0xCD9E8D57UL * counter.C;
            counter = ((uint)(second >> 32) ^ counter.B ^ key.A, (uint)second, (uint)(first >> 32) ^ counter.D ^ key.B, (uint)first);
            key = (key.A + 0x9E3779B9, key.B + 0xBB67AE85);
        }

        return counter;
    }
}
