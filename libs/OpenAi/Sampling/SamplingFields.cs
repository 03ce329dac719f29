namespace Platform.OpenAi.Sampling;

/// <summary>How a request wants tokens drawn: OpenAI's fields, and those that vLLM and llama.cpp share. Null: not given.</summary>
public sealed record SamplingFields
{
    /// <summary>0–2.</summary>
    public float? Temperature { get; init; }

    /// <summary>0–1.</summary>
    public float? TopP { get; init; }

    /// <summary>0 keeps everything. Not in OpenAI's API.</summary>
    public int? TopK { get; init; }

    /// <summary>0–1. Not in OpenAI's API.</summary>
    public float? MinP { get; init; }

    /// <summary>−2–2.</summary>
    public float? PresencePenalty { get; init; }

    /// <summary>−2–2.</summary>
    public float? FrequencyPenalty { get; init; }

    /// <summary>&gt; 0; <c>repeat_penalty</c> or vLLM's <c>repetition_penalty</c>.</summary>
    public float? RepeatPenalty { get; init; }

    public long? Seed { get; init; }

    /// <summary>Whether the same request is to give the same tokens every time. Not in OpenAI's API.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Token ids and what is added to their logits, −100–100.</summary>
    public IReadOnlyList<(int Token, float Bias)> LogitBias { get; init; } = [];

    public int? MinTokens { get; init; }
    public bool IgnoreEnd { get; init; }
    public IReadOnlyList<int> StopTokens { get; init; } = [];
    public float? TypicalP { get; init; }
    public float? TopNSigma { get; init; }
    public float? XtcProbability { get; init; }
    public float? XtcThreshold { get; init; }
    public float? DynatempRange { get; init; }
    public float? DynatempExponent { get; init; }

    /// <summary>The DRY penalty; 0 is off.</summary>
    public float? DryMultiplier { get; init; }
    public float? DryBase { get; init; }
    public int? DryAllowedLength { get; init; }

    /// <summary>−1: the whole context.</summary>
    public int? DryLastN { get; init; }
    public IReadOnlyList<string>? DryBreakers { get; init; }

    /// <summary>1 or 2; 0 is off.</summary>
    public int? Mirostat { get; init; }

    /// <summary>Bits.</summary>
    public float? MirostatTau { get; init; }
    public float? MirostatEta { get; init; }

    /// <summary>Whether only the model's worker can tell if the fields are right.</summary>
    public bool NamesTokens => LogitBias.Count > 0 || StopTokens.Count > 0;
}
