namespace Platform.Inference.LlamaCpp;

/// <summary>
/// Which tokens of a step go into one call. The CPU's attention takes another way, with another rounding, for 64 tokens and more at once, and quantised models make
/// differences of 0.1 and more in a log-probability out of it. So what is short is decoded in calls below that size, and only a sequence with a long run gets
/// the fast way, by itself: what a sequence says does not depend on who is decoded beside it.
/// </summary>
internal sealed class CallPlan(int capacity, int sequences)
{
    public const int Small = 63;
    public const int LongRun = 128;

    private readonly int[] order = new int[capacity];
    private readonly int[] ends = new int[(capacity / Small) + sequences + 2];
    private readonly int[] counts = new int[sequences];

    public int Calls { get; private set; }

    /// <summary>Indices of a call's tokens, ascending.</summary>
    public ReadOnlySpan<int> Call(int number) => order.AsSpan((number == 0 ? 0 : ends[number - 1])..ends[number]);

    /// <param name="tokens">The sequence of each token.</param>
    /// <param name="together">Everything in one call.</param>
    public void Build(ReadOnlySpan<int> tokens, bool together)
    {
        (Calls, var placed) = (0, 0);
        if (together || tokens.Length <= Small)
        {
            for (; placed < tokens.Length; placed++)
            {
                order[placed] = placed;
            }

            ends[Calls++] = placed;
            return;
        }

        Array.Clear(counts);
        foreach (var sequence in tokens)
        {
            counts[sequence]++;
        }

        var begun = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (counts[tokens[i]] >= LongRun)
            {
                continue;
            }

            if (placed - begun == Small)
            {
                ends[Calls++] = begun = placed;
            }

            order[placed++] = i;
        }

        if (placed > begun)
        {
            ends[Calls++] = placed;
        }

        for (var sequence = 0; sequence < counts.Length; sequence++)
        {
            if (counts[sequence] < LongRun)
            {
                continue;
            }

            for (var i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] == sequence)
                {
                    order[placed++] = i;
                }
            }

            ends[Calls++] = placed;
        }
    }
}
