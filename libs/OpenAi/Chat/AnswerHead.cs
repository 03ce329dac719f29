namespace Platform.OpenAi.Chat;

/// <summary>What every chunk of one answer repeats.</summary>
/// <param name="Created">Unix seconds.</param>
/// <param name="SystemFingerprint">Changes when the same seed may give another answer.</param>
/// <param name="ServiceTier">What it ran as.</param>
public sealed record AnswerHead(string Id, long Created, string Model, string SystemFingerprint, string ServiceTier = "default");

/// <param name="Cached">Of <paramref name="Prompt"/>: tokens that did not have to be decoded.</param>
/// <param name="Completion">Over all choices.</param>
public readonly record struct TokenUsage(int Prompt, int Cached, int Completion)
{
    /// <summary>Of <see cref="Completion"/>: tokens the model thought with.</summary>
    public int Reasoning { get; init; }

    /// <summary>Of <see cref="Completion"/>: tokens that had been guessed.</summary>
    public int Accepted { get; init; }

    /// <summary>Tokens guessed in vain; not part of <see cref="Completion"/>.</summary>
    public int Rejected { get; init; }
}
