using System.Text.Json.Serialization;

namespace Platform.Contracts.Runs;

/// <summary>
/// Worker → gateway: some tokens of one choice of a run. At most 32 tokens or 20 ms of them; the first token goes out at once.
/// Not confirmed: a gap in <see cref="From"/> is filled by <see cref="AttachRun"/>.
/// </summary>
public sealed record Frame
{
    public required string GenerationId { get; init; }
    public required int Run { get; init; }
    public required int Choice { get; init; }

    /// <summary>Position (tokens of this choice before it) of the first token in this frame.</summary>
    public required int From { get; init; }

    /// <summary>Token ids, the end-of-generation token included.</summary>
    public int[] Tokens { get; init; } = [];

    /// <summary>UTF-8 of all the tokens' visible text; each token's share ends at <see cref="TextEnds"/>. Never splits a character, never holds a part of a stop string.</summary>
    public byte[] Text { get; init; } = [];

    /// <summary>For each token the end of its share in <see cref="Text"/>. Text that was held back belongs to the token that released it.</summary>
    public int[] TextEnds { get; init; } = [];

    /// <summary>For each token the microseconds since the token before it (for the first: since the run began).</summary>
    public int[] Micros { get; init; } = [];

    /// <summary>Where log-probabilities were asked for: one for each token, null for a token the client does not see (the end of a generation, a stop string's).</summary>
    public TokenLogprob?[] Logprobs { get; init; } = [];

    /// <summary>Set in the last frame of a choice.</summary>
    public FinishReason? Finish { get; init; }

    /// <summary>Set in the last frame of a choice, where tokens were guessed.</summary>
    public Guesses? Guesses { get; init; }

    /// <summary>Set beside <see cref="Finish"/> where a stop string was met: its index among those of the request.</summary>
    public int? StoppedBy { get; init; }

    /// <summary>Where Mirostat draws: its μ after the last of these tokens.</summary>
    public float? Mu { get; init; }

    /// <summary>Set in the first frame of a run.</summary>
    public RunStarted? Started { get; init; }

    /// <summary>Set when the run can't go on; no more frames follow.</summary>
    public RunError? Error { get; init; }

    /// <summary>Answers <see cref="AdoptRun"/>: the run as it stands, without the tokens so far.</summary>
    public RunChat? Adopted { get; init; }
}

/// <summary>What speculative decoding did for a choice in this run: tokens that were guessed and drawn, and those guessed in vain.</summary>
public sealed record Guesses(int Accepted, int Rejected);

/// <summary>What the worker found out before the first token.</summary>
/// <param name="Worker">Id of the worker.</param>
/// <param name="PromptTokens">Exact size of the rendered prompt.</param>
/// <param name="CachedTokens">Prompt tokens taken from a slot's prefix instead of being decoded.</param>
/// <param name="ContextLength">Tokens a sequence may have, prompt and output together.</param>
/// <param name="Prompt">The prompt's tokens, where they were asked for.</param>
public sealed record RunStarted(string Worker, int PromptTokens, int CachedTokens, int ContextLength, PromptEcho? Prompt = null);

/// <summary>A prompt as the model reads it.</summary>
/// <param name="Pieces">UTF-8 of each token; a character may be split between two.</param>
/// <param name="Logprobs">Log-probability of each token after those before it, null for the first; empty where not asked for.</param>
public sealed record PromptEcho(IReadOnlyList<byte[]> Pieces, IReadOnlyList<TokenLogprob?> Logprobs);

/// <summary>How likely a token was in the model's own distribution: before bias, penalties, temperature and cuts.</summary>
/// <param name="Bytes">UTF-8 of the token, perhaps a part of a character only.</param>
/// <param name="Top">The likeliest tokens at this place, likeliest first.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] // −∞ is one
public sealed record TokenLogprob(float Logprob, byte[] Bytes, IReadOnlyList<RankedToken> Top);

/// <summary>One of the likeliest tokens at a place.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public readonly record struct RankedToken(float Logprob, byte[] Bytes);

/// <summary>Why a run can't go on.</summary>
/// <param name="Kind">Whose fault it is, and so which status the client gets.</param>
/// <param name="Code">OpenAI error code, e.g. <c>context_length_exceeded</c>.</param>
/// <param name="Message">Fit for the client: names the values, never holds prompt text.</param>
/// <param name="Param">Request field at fault, if any.</param>
public sealed record RunError(RunErrorKind Kind, string Code, string Message, string? Param = null);

public enum RunErrorKind
{
    /// <summary>The request can't be served as it is: 400.</summary>
    InvalidRequest,

    /// <summary>This worker can't, another may: the gateway takes a new grant.</summary>
    WorkerUnavailable,

    /// <summary>The engine failed on this request: 500.</summary>
    Engine,

    /// <summary>The generation is no longer this gateway's: another one has it, or the worker has recorded it. Nothing is recorded here.</summary>
    NotYours,
}

/// <summary>Why a choice ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended, or a stop string was met.</summary>
    Stop,

    /// <summary>max_tokens, the quota or the context was used up.</summary>
    Length,

    /// <summary>The gateway cancelled the run.</summary>
    Cancelled,
}
