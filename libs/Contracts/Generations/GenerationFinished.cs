using Platform.Contracts.Runs;

namespace Platform.Contracts.Generations;

/// <summary>What the ledger records of one generation: figures and hashes as an event, content beside it.</summary>
public sealed record GenerationFinished(Outcome Outcome, GenerationFigures Figures, GenerationContent? Content)
{
    /// <summary>For <see cref="Outcome.Failed"/> and <see cref="Outcome.Cancelled"/>: an error code or the reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Its client may ask for the answer again, and the gateway that would have stored it is gone.</summary>
    public bool Unstored { get; init; }
}

public enum Outcome
{
    Completed,
    Failed,
    Cancelled,
}

/// <summary>Everything about a generation that usage, cost and audit need, and no word of what was said.</summary>
public sealed record GenerationFigures
{
    /// <summary>Public id, also the key of the event stream.</summary>
    public required string GenerationId { get; init; }

    /// <summary><c>chat</c>, later <c>completion</c>, <c>embedding</c>, <c>video</c>.</summary>
    public required string Kind { get; init; }

    public required string ProjectId { get; init; }
    public required string KeyId { get; init; }

    /// <summary>The request's <c>user</c> (or <c>safety_identifier</c>); empty where none was given.</summary>
    public string UserId { get; init; } = "";

    /// <summary>Catalogue id that answered.</summary>
    public required string Model { get; init; }

    /// <summary>What the request asked for, an alias perhaps.</summary>
    public required string RequestedModel { get; init; }

    /// <summary>SHA-256 of the model's files, hexadecimal.</summary>
    public string ArtifactHash { get; init; } = "";

    public string ServiceTier { get; init; } = "default";
    public string Worker { get; init; } = "";

    /// <summary>How many runs it took; more than one after a worker was lost.</summary>
    public int Runs { get; init; }

    /// <summary>When the request was accepted.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last token had arrived; usage is counted in the bucket of this instant.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    public int QueuedMs { get; init; }

    /// <summary>From acceptance; null when no token came.</summary>
    public int? FirstTokenMs { get; init; }

    public int PromptTokens { get; init; }
    public int CachedTokens { get; init; }

    /// <summary>Tokens sampled over all choices, end-of-generation tokens included.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>Of these: tokens that speculation had guessed; and those it guessed in vain, which are not counted.</summary>
    public int AcceptedTokens { get; init; }
    public int RejectedTokens { get; init; }

    /// <summary>Frames generated; those of a clip that was continued not counted.</summary>
    public int VideoFrames { get; init; }

    /// <summary>What <see cref="VideoFrames"/> last, in milliseconds.</summary>
    public long VideoMillis { get; init; }

    public int Choices { get; init; } = 1;

    /// <summary>One per choice: <c>stop</c>, <c>length</c>, <c>cancelled</c>.</summary>
    public IReadOnlyList<string> FinishReasons { get; init; } = [];

    public long Seed { get; init; }

    /// <summary>Whether it was decoded so that the same request gives the same tokens again.</summary>
    public bool Deterministic { get; init; }
    public bool Stream { get; init; }

    /// <summary>Cost in millionths of the catalogue's currency unit.</summary>
    public long CostMicros { get; init; }
}

/// <summary>What was said: kept in a table of its own that retention and erasure may empty.</summary>
public sealed record GenerationContent
{
    /// <summary>The request body as received (UTF-8 JSON).</summary>
    public required string Request { get; init; }

    public IReadOnlyList<ChoiceContent> Choices { get; init; } = [];
}

/// <param name="Text">What the client was sent.</param>
/// <param name="Tokens">Token ids.</param>
/// <param name="Micros">For each token the microseconds since the one before it.</param>
public sealed record ChoiceContent(string Text, int[] Tokens, int[] Micros)
{
    /// <summary>For each token the end of its share in the UTF-8 of <see cref="Text"/>, so that the stream can be given again event by event.</summary>
    public int[] TextEnds { get; init; } = [];

    /// <summary>Where log-probabilities were asked for: each token's, null for one that the client does not see.</summary>
    public IReadOnlyList<TokenLogprob?> Logprobs { get; init; } = [];
}

/// <summary>Where a finished generation is recorded before the client is told that it ended. Idempotent by generation id.</summary>
public interface IGenerationLedger
{
    /// <summary>Returns once the record is safe; transient trouble is retried.</summary>
    /// <exception cref="RecordRefusedException">It can never be recorded.</exception>
    Task Record(GenerationFinished finished, CancellationToken cancellation);

    /// <summary>False when so much waits to be recorded that no new work should be taken.</summary>
    bool HasRoom => true;
}

/// <summary>A record that no retry can save.</summary>
public sealed class RecordRefusedException : Exception
{
    public RecordRefusedException() { }
    public RecordRefusedException(string message) : base(message) { }
    public RecordRefusedException(string message, Exception inner) : base(message, inner) { }
}
