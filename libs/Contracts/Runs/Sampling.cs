namespace Platform.Contracts.Runs;

/// <summary>How tokens are drawn. Values are validated by the gateway.</summary>
public sealed record Sampling
{
    /// <summary>Seed of the counter-based draw; always resolved, so that a run can be repeated.</summary>
    public required long Seed { get; init; }

    /// <summary>0–2; 0 is greedy.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>0–1; 1 keeps everything.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>0 keeps everything.</summary>
    public int TopK { get; init; }

    /// <summary>0–1, relative to the likeliest token; 0 keeps everything.</summary>
    public float MinP { get; init; }

    /// <summary>−2–2, subtracted once from the logit of every token already generated.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>−2–2, subtracted from the logit of a token for every time it was generated.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>&gt; 0; positive logits of tokens seen (prompt and output) are divided by it, negative ones multiplied; 1 is off.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>How many of the likeliest tokens are told with each token's own log-probability, 0–20; null: no log-probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Whether the same request gives the same tokens every time, on the same build and settings: it is decoded alone, in fixed parts, and shares no cache.</summary>
    public bool Deterministic { get; init; }

    /// <summary>What few requests ask for; null: nothing of it.</summary>
    public SamplingExtras? Extras { get; init; }
}

/// <summary>The rarer ways to change a draw.</summary>
public sealed record SamplingExtras
{
    /// <summary>Added to the logits before everything else.</summary>
    public IReadOnlyList<LogitBias> LogitBias { get; init; } = [];

    /// <summary>Until a choice has so many tokens no token, and no stop string, ends it.</summary>
    public int MinTokens { get; init; }

    /// <summary>No end-of-generation token is ever drawn.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>Tokens that end a choice as an end-of-generation token does; their text is shown.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>0–1; 1 is off.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Standard deviations below the highest logit; not positive: off.</summary>
    public float TopNSigma { get; init; } = -1;

    /// <summary>0–1: how often the likeliest tokens are left out; 0 is off.</summary>
    public float XtcProbability { get; init; }

    /// <summary>Probability from which tokens count as likely; over 0.5 is off.</summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>The temperature goes as far below and above <see cref="Sampling.Temperature"/>; 0 is off.</summary>
    public float DynatempRange { get; init; }

    public float DynatempExponent { get; init; } = 1;

    public DryPenalty? Dry { get; init; }

    /// <summary>Instead of all cuts; null: off.</summary>
    public Mirostat? Mirostat { get; init; }
}

/// <summary>Mirostat (Basu et al., 2021): tokens are cut so that what is drawn surprises by <paramref name="Tau"/> bits on average.</summary>
/// <param name="Version">1 estimates how many of the likeliest tokens that takes; 2 cuts what surprises by more than μ.</param>
/// <param name="Eta">How fast μ follows.</param>
public sealed record Mirostat(int Version, float Tau, float Eta)
{
    /// <summary>Where μ begins.</summary>
    public float FirstMu => 2 * Tau;
}

/// <param name="Bias">−100–100.</param>
public readonly record struct LogitBias(int Token, float Bias);

/// <summary>DRY: a token that would go on with something said before loses <c>Multiplier · Base^(n − AllowedLength)</c>, where n tokens have been repeated so far.</summary>
/// <param name="LastN">Tokens looked back, prompt included; −1: all.</param>
/// <param name="Breakers">Texts a repetition can't reach across.</param>
public sealed record DryPenalty(float Multiplier, float Base, int AllowedLength, int LastN, IReadOnlyList<string> Breakers);
