using Platform.Contracts.Runs;

namespace Platform.Contracts.Embeddings;

/// <summary>Gateway → worker: make a vector of each input. Sent to the granted worker's own queue; <see cref="CancelRun"/> takes it back. The same run may come twice: it is answered twice.</summary>
public sealed record RunEmbedding
{
    /// <summary>Public id, <c>embd-…</c> or <c>rerank-…</c>; also the key of its event stream.</summary>
    public required string GenerationId { get; init; }

    /// <summary>1 for the first run, one higher on each further worker.</summary>
    public required int Run { get; init; }

    /// <summary>The gateway's own queue.</summary>
    public required string ReplyTo { get; init; }

    /// <summary>After this instant nobody waits any more.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Catalogue id of the model, aliases resolved.</summary>
    public required string Model { get; init; }

    /// <summary>Inputs as text; empty where they come as tokens.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Inputs as token ids; empty where they come as text.</summary>
    public IReadOnlyList<int[]> Tokens { get; init; } = [];

    /// <summary>What the texts are documents for, read by a ranking model with each of them; null: vectors are wanted.</summary>
    public string? Query { get; init; }

    /// <summary>Tokens of all inputs together at most.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Whether an input that is longer than the model reads is cut; else it is refused.</summary>
    public bool Truncate { get; init; }

    /// <summary>How the request calls its inputs, for errors: <c>input</c>, <c>input[3]</c>, <c>documents[3]</c>; one an input.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}

/// <summary>Worker → gateway: vectors of a run, or why there are none. A big answer comes in parts.</summary>
public sealed record EmbeddingAnswer
{
    public required string GenerationId { get; init; }
    public required int Run { get; init; }
    public required string Worker { get; init; }

    /// <summary>Tokens of all inputs, those that mark their beginning and end included.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; init; }

    /// <summary>Input whose vector comes first here.</summary>
    public int From { get; init; }

    /// <summary>Vectors one after another, float32 little-endian, each of unit length.</summary>
    public byte[] Vectors { get; init; } = [];

    /// <summary>Set when there are none.</summary>
    public RunError? Error { get; init; }
}
