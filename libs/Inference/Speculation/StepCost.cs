namespace Platform.Inference.Speculation;

/// <summary>What a decode step takes by the tokens it reads: a straight line through recent steps, the older the lighter.</summary>
internal sealed class StepCost
{
    private const double Decay = 0.99;

    private double weight, tokens, squares, time, products;

    public void Observe(int count, long ticks)
    {
        weight = (weight * Decay) + 1;
        tokens = (tokens * Decay) + count;
        squares = (squares * Decay) + ((double)count * count);
        time = (time * Decay) + ticks;
        products = (products * Decay) + ((double)count * ticks);
    }

    /// <summary>What one more token costs beside <paramref name="running"/> that bring one each, in tokens that could be drawn in that time; 0 while too little is known.</summary>
    public double OfOneMore(int running)
    {
        var spread = (weight * squares) - (tokens * tokens);
        if (spread < 1e-6 * weight * weight)
        {
            return 0;
        }

        var slope = Math.Max(0, ((weight * products) - (tokens * time)) / spread);
        var whole = (time - (slope * tokens)) / weight + (slope * running);
        return whole <= 0 ? 1 : Math.Min(1, slope * running / whole);
    }
}
