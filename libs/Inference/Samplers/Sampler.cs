using Platform.Contracts.Runs;
using Platform.Grammars;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;

namespace Platform.Inference.Samplers;

/// <summary>
/// Draws a token from a row of logits, in vLLM's order: penalties, temperature, min-p, top-k, top-p (of what is left), then one counter-based random number.
/// With one of llama.cpp's own cuts (typical, top-nσ, XTC, dynamic temperature) it is llama.cpp's order: penalties, the cuts, temperature.
/// Used by one thread; allocates nothing after construction.
/// </summary>
internal sealed class Sampler(int vocabulary)
{
    /// <summary>How far below the likeliest token (in nats) the first search for the top k goes.</summary>
    private const float FirstDepth = 4;

    /// <summary>Below this the draw is greedy: logits divided by less would overflow.</summary>
    private const float LeastTemperature = 1e-5f;

    /// <summary>The stream of random numbers that decides whether XTC leaves out.</summary>
    private const int XtcStream = 1;

    /// <summary>The stream of random numbers for a second draw: of the first one it is known that its token was refused.</summary>
    private const int RedrawStream = 2;

    private readonly Candidates candidates = new(vocabulary);
    private readonly float[] weights = new float[vocabulary];
    private readonly double[] sums = new double[Row.Blocks(vocabulary)];
    private float[] masked = [];
    private int stream;

    /// <summary>Mirostat's μ: set before a draw, and what it has become after it.</summary>
    public float Mu { get; set; }

    /// <summary>Ids a draw with these settings can give, for the settings of the last draw that cut any.</summary>
    internal ReadOnlySpan<int> Kept => candidates.Ids;

    /// <param name="logits">Left as they were.</param>
    /// <param name="position">Tokens of this choice before this one.</param>
    /// <param name="constraint">Which tokens may come; null: any.</param>
    public int Draw(Span<float> logits, Sampling sampling, SeenTokens seen, int choice, int position, TokenConstraint? constraint = null)
    {
        if (!SeenTokens.Matter(sampling))
        {
            return Draw(logits, sampling, choice, position, constraint);
        }

        seen.Penalise(logits);
        try
        {
            return Draw(logits, sampling, choice, position, constraint);
        }
        finally
        {
            seen.Restore(logits);
        }
    }

    /// <summary>What <see cref="Draw(Span{float}, Sampling, SeenTokens, int, int, TokenConstraint?)"/> would give at this place if the model thought so: no penalties, no constraint.</summary>
    public int Guess(ReadOnlySpan<float> logits, Sampling sampling, int choice, int position)
    {
        (stream, Mu) = (0, sampling.Extras?.Mirostat?.FirstMu ?? 0);
        return Draw(logits, sampling, choice, position);
    }

    /// <summary>
    /// Draws without the constraint first, which most often agrees, and once more from what it allows when it does not.
    /// Both together are as likely to give a token as one draw from what is allowed.
    /// </summary>
    private int Draw(ReadOnlySpan<float> logits, Sampling sampling, int choice, int position, TokenConstraint? constraint)
    {
        if (constraint is { MustEnd: true })
        {
            return End(logits, constraint);
        }

        stream = 0;
        var before = Mu;
        var token = Draw(logits, sampling, choice, position);
        if (constraint is null || constraint.Accepts(token))
        {
            return token;
        }

        Array.Resize(ref masked, vocabulary);
        logits.CopyTo(masked);
        if (!constraint.Mask(masked))
        {
            return constraint.CanEnd ? End(logits, constraint) : throw new GrammarException("The model has no token that could go on as the grammar asks.");
        }

        (stream, Mu) = (RedrawStream, before);
        token = Draw(masked, sampling, choice, position);

        // rounding may let the last candidate of no weight be drawn
        return float.IsNegativeInfinity(masked[token]) ? Row.IndexOf(masked, Row.Max(masked)) : token;
    }

    /// <summary>The likeliest of the tokens that end a generation.</summary>
    private static int End(ReadOnlySpan<float> logits, TokenConstraint constraint)
    {
        var end = constraint.Ends.Length > 0 ? constraint.Ends[0] : throw new GrammarException("The model has no token that ends a text.");
        foreach (var other in constraint.Ends)
        {
            end = logits[other] > logits[end] ? other : end;
        }

        return end;
    }

    private int Draw(ReadOnlySpan<float> logits, Sampling sampling, int choice, int position)
    {
        var max = Row.Max(logits);
        if (!float.IsFinite(max))
        {
            throw new EngineException($"the engine gave logits that are not finite (highest: {max})");
        }

        if (sampling.Extras?.Mirostat is { } mirostat && sampling.Temperature >= LeastTemperature)
        {
            return Draw(logits, max, sampling, mirostat, choice, position);
        }

        if (sampling.Extras is { } extras && Cuts(extras))
        {
            return Draw(logits, max, sampling, extras, choice, position);
        }

        if (sampling.Temperature < LeastTemperature)
        {
            return Row.IndexOf(logits, max);
        }

        var scale = 1 / sampling.Temperature;
        var uniform = Philox.Uniform(sampling.Seed, choice, position, stream);
        var least = sampling.MinP > 0 ? max + sampling.Temperature * MathF.Log(sampling.MinP) : float.NegativeInfinity;
        if (sampling.TopK > 0 && sampling.TopK < logits.Length)
        {
            GatherTop(logits, max, least, sampling);
            candidates.Weigh(logits, max, scale);
            candidates.KeepCount(sampling.TopK);
        }
        else if (sampling.MinP > 0)
        {
            candidates.Gather(logits, least);
            candidates.Weigh(logits, max, scale);
        }
        else
        {
            var total = Row.Exponentials(logits, max, scale, weights, sums);
            if (sampling.TopP >= 1)
            {
                return Row.Find(weights, sums, uniform * total);
            }

            // Tokens lighter than this have less than 1 − p of the mass even all together, so none of them is in the set.
            var light = (1 - sampling.TopP) * total / logits.Length;
            candidates.Gather(logits, Math.Min(max, max + sampling.Temperature * (float)Math.Log(light) - 1e-3f));
            candidates.Weigh(logits, max, scale);
            candidates.KeepMass(sampling.TopP, total);
            return candidates.Draw(uniform);
        }

        if (sampling.TopP < 1)
        {
            candidates.KeepMass(sampling.TopP);
        }

        return candidates.Draw(uniform);
    }

    private static bool Cuts(SamplingExtras extras) => extras.TypicalP < 1 || extras.TopNSigma > 0 || extras.XtcProbability > 0 || extras.DynatempRange > 0;

    /// <summary>llama.cpp's default chain (common/sampling.cpp): top-nσ, top-k, typical, top-p, min-p, XTC, temperature.</summary>
    private int Draw(ReadOnlySpan<float> logits, float max, Sampling sampling, SamplingExtras extras, int choice, int position)
    {
        candidates.Gather(logits, extras.TopNSigma > 0 ? max - extras.TopNSigma * Row.Deviation(logits) : float.MinValue);
        candidates.Weigh(logits, max, 1);
        if (sampling.TopK > 0)
        {
            candidates.KeepCount(sampling.TopK);
        }

        if (extras.TypicalP < 1)
        {
            candidates.KeepTypical(extras.TypicalP);
        }

        if (sampling.TopP < 1)
        {
            candidates.KeepMass(sampling.TopP);
        }

        if (sampling.MinP > 0)
        {
            candidates.KeepAtLeast(Row.Max(candidates.Logits) + MathF.Log(sampling.MinP));
        }

        if (extras.XtcThreshold <= 0.5f && Philox.Uniform(sampling.Seed, choice, position, XtcStream) < extras.XtcProbability)
        {
            candidates.DropLikeliest(extras.XtcThreshold);
        }

        var temperature = extras.DynatempRange > 0 ? Dynamic(sampling.Temperature, extras) : sampling.Temperature;
        if (temperature < LeastTemperature)
        {
            return candidates.Likeliest();
        }

        candidates.Weigh(1 / temperature);
        return candidates.Draw(Philox.Uniform(sampling.Seed, choice, position, stream));
    }

    /// <summary>Mirostat, as llama.cpp has it: the temperature first, no other cut, and μ goes after what was drawn.</summary>
    private int Draw(ReadOnlySpan<float> logits, float max, Sampling sampling, Mirostat mirostat, int choice, int position)
    {
        candidates.Gather(logits, float.MinValue);
        candidates.Weigh(logits, max, 1 / sampling.Temperature);
        if (mirostat.Version == 1)
        {
            candidates.KeepCount(MirostatCut.Count(candidates, 1 / sampling.Temperature, Mu));
        }
        else
        {
            candidates.KeepShares(Math.Pow(2, -Mu));
        }

        var token = candidates.Draw(Philox.Uniform(sampling.Seed, choice, position, stream));
        Mu -= mirostat.Eta * (float)(-Math.Log2(candidates.ShareOf(token)) - mirostat.Tau);
        return token;
    }

    /// <summary>The temperature by how undecided the model is: the entropy of what is left, as a share of the most it could be.</summary>
    private float Dynamic(float temperature, SamplingExtras extras)
    {
        if (candidates.Count < 2)
        {
            return temperature;
        }

        candidates.Weigh(1);
        var least = Math.Max(0, temperature - extras.DynatempRange);
        return least + (temperature + extras.DynatempRange - least) * (float)Math.Pow(candidates.Entropy() / Math.Log(candidates.Count), extras.DynatempExponent);
    }

    /// <summary>Gathers at least the top k (fewer when min-p leaves fewer), looking deeper until there are enough.</summary>
    private void GatherTop(ReadOnlySpan<float> logits, float max, float least, Sampling sampling)
    {
        for (var depth = FirstDepth; ; depth *= 2)
        {
            var bound = depth > 64 ? float.NegativeInfinity : max - depth;
            if (candidates.Gather(logits, Math.Max(bound, least)) >= sampling.TopK || bound <= least)
            {
                return;
            }
        }
    }
}
