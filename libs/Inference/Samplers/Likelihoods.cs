namespace Platform.Inference.Samplers;

/// <summary>Log-probabilities of a row as the model gave it: before bias, penalties, temperature and cuts, as vLLM and llama.cpp tell them.</summary>
internal sealed class Likelihoods(int vocabulary)
{
    /// <summary>OpenAI's value for what is very unlikely.</summary>
    public const float Least = -9999;

    private readonly Candidates candidates = new(vocabulary);
    private readonly float[] weights = new float[vocabulary];
    private readonly double[] sums = new double[Row.Blocks(vocabulary)];

    /// <param name="top">How many of the likeliest tokens are ranked.</param>
    public TokenScores Of(ReadOnlySpan<float> logits, int token, int top)
    {
        var max = Row.Max(logits);
        var whole = max + Math.Log(Row.Exponentials(logits, max, 1, weights, sums));
        return new TokenScores(Logprob(logits[token], whole), top == 0 ? [] : Ranked(logits, max, whole, Math.Min(top, logits.Length)));
    }

    private (int Token, float Logprob)[] Ranked(ReadOnlySpan<float> logits, float max, double whole, int top)
    {
        for (var depth = 4f; candidates.Gather(logits, depth > 64 ? float.NegativeInfinity : max - depth) < top; depth *= 2)
        {
        }

        candidates.Weigh(logits, max, 1);
        candidates.KeepCount(top);
        var ranked = new (int Token, float Logprob)[candidates.Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            ranked[i] = (candidates.Ids[i], Logprob(candidates.Logits[i], whole));
        }

        Array.Sort(ranked, static (a, b) => a.Logprob != b.Logprob ? b.Logprob.CompareTo(a.Logprob) : a.Token.CompareTo(b.Token));
        return ranked;
    }

    private static float Logprob(float logit, double whole) => Math.Max(Least, (float)(logit - whole));
}

/// <summary>How likely a token was.</summary>
/// <param name="Top">The likeliest tokens at its place, likeliest first.</param>
public readonly record struct TokenScores(float Logprob, IReadOnlyList<(int Token, float Logprob)> Top);
