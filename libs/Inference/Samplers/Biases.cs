using Platform.Contracts.Runs;
using Platform.Inference.Engine;

namespace Platform.Inference.Samplers;

/// <summary>What a request adds to logits before everything else: its bias, and the ban of tokens that would end it too early.</summary>
internal sealed class Biases(IEngineModel model)
{
    private readonly List<(int Token, float Logit)> changed = [];
    private int[]? ends;

    private int[] Ends => ends ??= [.. Enumerable.Range(0, model.Info.Vocabulary).Where(model.IsEnd)];

    /// <param name="generated">Tokens of the choice so far.</param>
    public void Apply(Span<float> logits, SamplingExtras extras, int generated)
    {
        foreach (var (token, bias) in extras.LogitBias)
        {
            Set(logits, token, logits[token] + bias);
        }

        if (extras.IgnoreEnd || generated < extras.MinTokens)
        {
            foreach (var token in Ends)
            {
                Set(logits, token, float.NegativeInfinity);
            }
        }

        if (generated < extras.MinTokens)
        {
            foreach (var token in extras.StopTokens)
            {
                Set(logits, token, float.NegativeInfinity);
            }
        }
    }

    /// <summary>Puts back what <see cref="Apply"/> changed: another choice may draw from the same row.</summary>
    public void Undo(Span<float> logits)
    {
        for (var i = changed.Count - 1; i >= 0; i--)
        {
            logits[changed[i].Token] = changed[i].Logit;
        }

        changed.Clear();
    }

    private void Set(Span<float> logits, int token, float logit)
    {
        changed.Add((token, logits[token]));
        logits[token] = logit;
    }
}
