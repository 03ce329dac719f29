using Platform.Contracts.Runs;
using Platform.Inference.Grammars;
using Platform.Inference.Samplers;

namespace Platform.Inference.Batching;

/// <summary>One generation for the <see cref="ContinuousBatcher"/>: a prompt and the choices sampled from it.</summary>
public sealed record SequenceRequest
{
    /// <summary>Prompt tokens; at least one.</summary>
    public required int[] Prompt { get; init; }

    public required Sampling Sampling { get; init; }

    public int Choices { get; init; } = 1;

    /// <summary>Upper bound of output tokens per choice, tokens it already has included; the context's end bounds it too.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Output tokens per choice before the choice pauses; raised by <see cref="SequenceHandle.Allow"/>.</summary>
    public int Allowance { get; init; } = int.MaxValue;

    /// <summary>What each choice keeps to; null: nothing.</summary>
    public OutputGrammar? Grammar { get; init; }

    /// <summary>Tokens each choice already has; empty in a first run.</summary>
    public IReadOnlyList<int[]> SoFar { get; init; } = [];

    /// <summary>Mirostat's μ after those tokens, by choice; null: where it begins.</summary>
    public IReadOnlyList<float?> Mus { get; init; } = [];

    /// <summary>Choices that ended in an earlier run: nothing more is drawn for them or told about them.</summary>
    public IReadOnlyCollection<int> Ended { get; init; } = [];

    /// <summary>Tokens the output is likely to hold; where guesses come from the text, they come from here first.</summary>
    public int[] Prediction { get; init; } = [];

    /// <summary>Whether the sink is told how likely the prompt's own tokens are; none of them comes from a cache then.</summary>
    public bool ScorePrompt { get; init; }

    /// <summary>The request's field the prompt comes from, for refusals.</summary>
    public string PromptField { get; init; } = "messages";

    /// <summary>0 comes first; where no slot is free, a lower band's generation takes one from a higher band's, which goes on later.</summary>
    public int Band { get; init; } = 1;

    /// <summary>Cached prefixes are shared among requests of the same one.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Called on the engine's thread; must not block.</summary>
    public required ITokenSink Sink { get; init; }
}

/// <summary>Where tokens go. Calls come from the engine's thread, in order per choice, and must not block or throw.</summary>
public interface ITokenSink
{
    /// <summary>Once, before any token: the prompt has been read.</summary>
    void Started(int promptTokens, int cachedTokens);

    /// <summary>Before <see cref="Started"/>, where <see cref="SequenceRequest.ScorePrompt"/> asks for it: how likely a token of the prompt was, but for the first. A place may be told again.</summary>
    void PromptScored(int position, in TokenScores scores)
    {
    }

    /// <summary>Before <see cref="Token"/>, where <see cref="Sampling.Logprobs"/> asks for it: how likely the token was.</summary>
    void Scored(int choice, in TokenScores scores)
    {
    }

    /// <summary>Before <see cref="Token"/>, where Mirostat draws: its μ after the token.</summary>
    void Steered(int choice, float mu)
    {
    }

    /// <summary>A token was drawn. Returning true ends the choice with <see cref="FinishReason.Stop"/> (a stop string was met).</summary>
    bool Token(int choice, int token);

    /// <summary>Before <see cref="Finished"/>, where anything was guessed: how many guesses were right and wrong.</summary>
    void Guessed(int choice, int accepted, int rejected)
    {
    }

    /// <summary>Once per choice, last.</summary>
    void Finished(int choice, FinishReason reason);

    /// <summary>Instead of everything that would follow.</summary>
    void Failed(RunError error);
}

/// <summary>A generation that runs; all members may be called from any thread and take effect at the next step.</summary>
public abstract class SequenceHandle
{
    public abstract void Cancel();

    /// <summary>Raises the allowance; <paramref name="final"/>: ends with <see cref="FinishReason.Length"/> when it is reached.</summary>
    public abstract void Allow(int tokens, bool final);
}
