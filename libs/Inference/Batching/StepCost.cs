namespace Platform.Inference.Batching;

/// <summary>What a step that reads no prompt takes, by its tokens: a straight line through recent steps, the older the lighter.</summary>
internal sealed class StepCost
{
    private const double Decay = 0.97;

    private double weight, tokens, squares, time, products;

    public void Observe(int count, long ticks)
    {
        weight = (weight * Decay) + 1;
        tokens = (tokens * Decay) + count;
        squares = (squares * Decay) + ((double)count * count);
        time = (time * Decay) + ticks;
        products = (products * Decay) + ((double)count * ticks);
    }

    /// <summary>Time of a step of so many tokens; 0 while none is known.</summary>
    public double Of(int count) => weight == 0 ? 0 : Math.Max(0, ((time - (Slope * tokens)) / weight) + (Slope * count));

    /// <summary>What one more token costs beside <paramref name="running"/> that bring one each, in tokens that could be drawn in that time; 0 while too little is known.</summary>
    public double OfOneMore(int running) => Slope is 0 ? 0 : Of(running) is var whole and > 0 ? Math.Min(1, Slope * running / whole) : 1;

    /// <summary>Time a token takes; 0 where all steps were of one size.</summary>
    private double Slope => Spread < 1e-6 * weight * weight ? 0 : Math.Max(0, ((weight * products) - (tokens * time)) / Spread);

    private double Spread => (weight * squares) - (tokens * tokens);
}
