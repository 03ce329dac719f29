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

    /// <summary>0 comes first; a worker sends runs of higher bands back to wait where one of a lower band finds no slot free.</summary>
    public int Band { get; init; } = 1;

    /// <summary>What the chat template is rendered with; null where the prompt is <see cref="Plain"/>.</summary>
    public Conversation? Conversation { get; init; }

    /// <summary>A prompt without a chat template; null where it is a <see cref="Conversation"/>.</summary>
    public PlainPrompt? Plain { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>Text that the output is likely to hold, from which a model with speculation guesses; null: none was given.</summary>
    public string? Prediction { get; init; }

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

    /// <summary>Where Mirostat draws: its μ after those tokens, indexed by choice; null: none has been drawn.</summary>
    public IReadOnlyList<float?> Mus { get; init; } = [];

    /// <summary>Where log-probabilities were asked for: those of the tokens so far, indexed by choice, as <see cref="Frame.Logprobs"/> had them; whoever adopts the run is sent them.</summary>
    public IReadOnlyList<IReadOnlyList<TokenLogprob?>> Logprobs { get; init; } = [];

    /// <summary>What a template that asks for the time is told: the moment of the request, by the gateway's clock, in every run.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>What another process needs to record the generation, or to take it over, when its gateway dies; null: it can't.</summary>
    public RunRecord? Record { get; init; }
}

/// <summary>Inputs of a chat template, as JSON in the shape the OpenAI API gives them.</summary>
/// <param name="Messages">JSON array of messages; content parts already joined to text.</param>
/// <param name="Tools">JSON array of tools, or null.</param>
/// <param name="TemplateArguments">JSON object of extra template variables, or null.</param>
/// <param name="AddGenerationPrompt">Whether the prompt ends with what opens the assistant's answer.</param>
/// <param name="ContinueFinal">Whether the model goes on with the last message instead of answering it.</param>
public sealed record Conversation(string Messages, string? Tools = null, string? TemplateArguments = null, bool AddGenerationPrompt = true, bool ContinueFinal = false);

/// <summary>A prompt as it is: exactly one of its two forms.</summary>
/// <param name="Text">Text; a control token that is spelled out in it is one.</param>
/// <param name="Tokens">Token ids.</param>
/// <param name="Suffix">Text that comes after what is generated; the model must have fill-in-the-middle tokens.</param>
/// <param name="Echo">Whether the worker tells the prompt's tokens, with their log-probabilities where those are asked for.</param>
public sealed record PlainPrompt(string? Text, IReadOnlyList<int>? Tokens = null, string? Suffix = null, bool Echo = false);

/// <summary>Gateway → worker: the quota grants output up to <paramref name="Tokens"/> per choice; <paramref name="Final"/> means no more will come: end there with <see cref="FinishReason.Length"/>.</summary>
public sealed record AllowRun(string GenerationId, int Run, int Tokens, bool Final);

/// <summary>Gateway → worker: stop at the next step; a last frame per choice says what was made.</summary>
public sealed record CancelRun(string GenerationId, int Run);

/// <summary>Gateway → worker: send again from these positions (one per choice) to this address, and go on from there.</summary>
public sealed record AttachRun(string GenerationId, int Run, string ReplyTo, int[] From);

/// <summary>
/// Another gateway → worker: a client of this project has come back, the generation is now mine. Answered by a frame that brings the run along (<see cref="Frame.Adopted"/>);
/// then everything is sent again from the beginning, and the gateway that had it is told so.
/// </summary>
public sealed record AdoptRun(string GenerationId, string ProjectId, string ReplyTo);

/// <summary>Gateway → worker: everything has arrived; the run may be forgotten.</summary>
public sealed record CloseRun(string GenerationId, int Run);
