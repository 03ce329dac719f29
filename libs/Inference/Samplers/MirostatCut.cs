namespace Platform.Inference.Samplers;

/// <summary>How many of the likeliest tokens Mirostat's first version keeps: it takes their probabilities for a Zipf distribution and estimates its exponent from the first hundred.</summary>
internal static class MirostatCut
{
    private const int Estimated = 100;

    /// <param name="candidates">All tokens.</param>
    /// <param name="scale">1 / temperature.</param>
    /// <param name="mu">Surprise to be reached, in bits.</param>
    public static int Count(Candidates candidates, float scale, float mu)
    {
        Span<float> top = stackalloc float[Estimated];
        top = top[..candidates.Highest(top)];
        double products = 0, squares = 0;
        for (var i = 0; i + 1 < top.Length; i++)
        {
            var rank = Math.Log((i + 2.0) / (i + 1));
            products += rank * (top[i] - top[i + 1]) * scale;
            squares += rank * rank;
        }

        if (squares == 0 || products == 0)
        {
            return Math.Max(1, candidates.Count);
        }

        var exponent = products / squares;
        var epsilon = exponent - 1;
        var count = Math.Pow(epsilon * Math.Pow(2, mu) / (1 - Math.Pow(candidates.Count, -epsilon)), 1 / exponent);
        return double.IsNaN(count) ? candidates.Count : (int)Math.Clamp(count, 1, candidates.Count);
    }
}
