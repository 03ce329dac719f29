namespace Platform.Contracts.Runs;

/// <summary>Gateway → worker: run (or go on with) one generation. Sent to the granted worker's own queue.</summary>
public sealed record RunChat
{
    /// <summary>Public id of the generation, <c>chatcmpl-…</c>; also the key of its event stream.</summary>
    public required string GenerationId { get; init; }

    /// <summary>1 for the first run; each continuation on another worker is one higher and fences off the runs before it.</summary>
    public required int Run { get; init; }

    /// <summary>Frame address of the gateway that owns the generation.</summary>
    public required string ReplyTo { get; init; }

    /// <summary>After this instant nobody waits any more and the worker may drop the run.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Catalogue id of the model, aliases resolved.</summary>
    public required string Model { get; init; }

    /// <summary>Project that asked; a prefix cache may be kept apart by it.</summary>
    public required string ProjectId { get; init; }

    /// <summary>What the chat template is rendered with.</summary>
    public required Conversation Conversation { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>Number of choices, 1–128: one prompt, sampled this many times.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Upper bound of output tokens per choice; null: until the model ends or the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Output tokens per choice the quota has granted so far; the run pauses there until <see cref="AllowRun"/> raises it.</summary>
    public required int Allowance { get; init; }

    /// <summary>Strings (1–4) that end a choice; they never reach the client.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>What the output may look like; null: anything.</summary>
    public OutputConstraint? Constraint { get; init; }

    /// <summary>Control tokens, by their text, that an output format is made of: they are part of the text, all others stay hidden.</summary>
    public IReadOnlyList<string> ShownTokens { get; init; } = [];

    /// <summary>Tokens each choice already has, indexed by choice; empty in the first run.</summary>
    public IReadOnlyList<int[]> SoFar { get; init; } = [];
}

/// <summary>Inputs of a chat template, as JSON in the shape the OpenAI API gives them.</summary>
/// <param name="Messages">JSON array of messages; content parts already joined to text.</param>
/// <param name="Tools">JSON array of tools, or null.</param>
/// <param name="TemplateArguments">JSON object of extra template variables, or null.</param>
public sealed record Conversation(string Messages, string? Tools = null, string? TemplateArguments = null);

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
}

/// <summary>Gateway → worker: the quota grants output up to <paramref name="Tokens"/> per choice; <paramref name="Final"/> means no more will come: end there with <see cref="FinishReason.Length"/>.</summary>
public sealed record AllowRun(string GenerationId, int Run, int Tokens, bool Final);

/// <summary>Gateway → worker: stop at the next step; a last frame per choice says what was made.</summary>
public sealed record CancelRun(string GenerationId, int Run);

/// <summary>Gateway → worker: send again from these positions (one per choice) to this address, and go on from there.</summary>
public sealed record AttachRun(string GenerationId, int Run, string ReplyTo, int[] From);

/// <summary>Gateway → worker: everything has arrived; the run may be forgotten.</summary>
public sealed record CloseRun(string GenerationId, int Run);
