using Platform.Contracts.Runs;
using Platform.Inference.Engine;

namespace Platform.Inference.Samplers;

/// <summary>Which tokens a sequence has had, for the penalties. Counts only when the sampling asks for a penalty.</summary>
/// <param name="model">Knows the tokens' texts; needed for the DRY penalty only.</param>
internal sealed class SeenTokens(int vocabulary, IEngineModel? model = null)
{
    private Repetition? repetition;
    private int[] generated = [];
    private bool[] seen = [];
    private int[] tokens = [];
    private float[] kept = [];
    private int count;
    private Sampling sampling = new() { Seed = 0 };

    public static bool Matter(Sampling sampling) =>
        sampling.RepeatPenalty != 1 || sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0 || sampling.Extras?.Dry is not null;

    /// <summary>Starts over with a sequence's prompt and what it has generated.</summary>
    public void Reset(Sampling sampling, ReadOnlySpan<int> prompt, ReadOnlySpan<int> output)
    {
        this.sampling = sampling;
        foreach (var token in tokens.AsSpan(0, count))
        {
            seen[token] = false;
            generated[token] = 0;
        }

        count = 0;
        if (sampling.RepeatPenalty != 1)
        {
            foreach (var token in prompt)
            {
                Add(token);
            }
        }

        foreach (var token in output)
        {
            Count(token);
        }

        if (sampling.Extras?.Dry is { } dry)
        {
            repetition ??= new Repetition(model ?? throw new InvalidOperationException("The DRY penalty needs a model that knows its tokens' texts."));
            repetition.Reset(dry, prompt, output);
        }
    }

    public void Generated(int token)
    {
        Count(token);
        if (sampling.Extras?.Dry is not null)
        {
            repetition!.Add(token); // made by Reset
        }
    }

    /// <summary>
    /// Lowers the logits of tokens seen: the repeat penalty (prompt and output) first, then frequency and presence (output only), as vLLM does, then DRY.
    /// </summary>
    public void Penalise(Span<float> logits)
    {
        for (var i = 0; i < count; i++)
        {
            ref var logit = ref logits[tokens[i]];
            kept[i] = logit;
            logit = logit > 0 ? logit / sampling.RepeatPenalty : logit * sampling.RepeatPenalty;
            var times = generated[tokens[i]];
            logit -= times * sampling.FrequencyPenalty;
            logit -= times > 0 ? sampling.PresencePenalty : 0;
        }

        if (sampling.Extras?.Dry is not null)
        {
            repetition!.Penalise(logits); // made by Reset
        }
    }

    /// <summary>Undoes <see cref="Penalise"/>: another choice may draw from the same row.</summary>
    public void Restore(Span<float> logits)
    {
        if (sampling.Extras?.Dry is not null)
        {
            repetition!.Restore(logits); // made by Reset
        }

        for (var i = 0; i < count; i++)
        {
            logits[tokens[i]] = kept[i];
        }
    }

    private void Count(int token)
    {
        if (Matter(sampling))
        {
            Add(token);
            generated[token]++;
        }
    }

    private void Add(int token)
    {
        if (seen.Length == 0)
        {
            seen = new bool[vocabulary];
            generated = new int[vocabulary];
        }

        if (seen[token])
        {
            return;
        }

        seen[token] = true;
        if (count == tokens.Length)
        {
            Array.Resize(ref tokens, Math.Max(256, count * 2));
            Array.Resize(ref kept, tokens.Length);
        }

        tokens[count++] = token;
    }
}
