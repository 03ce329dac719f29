using System.Text;
using Platform.Contracts.Runs;
using Platform.Grains.Keys;

namespace Platform.Gateway.Generations;

/// <summary>What an endpoint wants generated, whatever its wire looks like.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Of the generation's public id, with its separator: <c>chatcmpl-</c>.</summary>
    public required string IdPrefix { get; init; }

    /// <summary>The id itself, where it was given before; null: a new one is made.</summary>
    public string? Id { get; init; }

    /// <summary>As the ledger keeps it: <c>chat</c>, <c>completion</c>.</summary>
    public required string Kind { get; init; }

    public required ServedModel Model { get; init; }

    /// <summary>Id or alias as the client wrote it.</summary>
    public required string RequestedModel { get; init; }

    public required ApiKeyIdentity Caller { get; init; }

    /// <summary>What is to be answered; null where the prompt is <see cref="Plain"/>.</summary>
    public Conversation? Conversation { get; init; }

    /// <summary>A prompt without a chat template; null where it is a <see cref="Conversation"/>.</summary>
    public PlainPrompt? Plain { get; init; }

    /// <summary>UTF-8 bytes of what the prompt is made from: no tokenizer makes more tokens of it.</summary>
    public required int PromptBytes { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>1–128.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Per choice; null: until the model ends or the context is full.</summary>
    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>What the output is likely to hold; null: no word of it.</summary>
    public string? Prediction { get; init; }

    /// <summary>What the output keeps to, and how it is read.</summary>
    public OutputPlan Output { get; init; } = OutputPlan.Plain;

    /// <summary>The end user the client names; empty where it names none.</summary>
    public string User { get; init; } = "";

    public bool Stream { get; init; }

    /// <summary>One of several that answer a request together and are counted as one: not the first of them.</summary>
    public bool IsFurther { get; init; }

    /// <summary><c>default</c>, <c>flex</c> or <c>priority</c>.</summary>
    public string ServiceTier { get; init; } = "default";

    /// <summary>Nobody waits for it.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Which waiting tickets come first, and which runs give their slots up to others: the lower band's.</summary>
    public int Band => ServiceTier switch { "priority" => 0, "flex" => 2, _ => IsBackground ? 2 : 1 };

    /// <summary>False: nothing of what was said is kept.</summary>
    public bool KeepContent { get; init; } = true;

    /// <summary>The answer is stored at its end, for its client to ask for again: by its worker's record where the gateway has died before.</summary>
    public bool Store { get; init; }

    /// <summary>The request's body as received, UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <param name="now">By the gateway's own clock.</param>
    public RunChat FirstRun(string generationId, string replyTo, DateTimeOffset now, TimeSpan timeout) => new()
    {
        GenerationId = generationId,
        Run = 1,
        ReplyTo = replyTo,
        Now = now,
        Deadline = now + timeout,
        Model = Model.Id,
        ProjectId = Caller.ProjectId,
        Band = Band,
        Conversation = Conversation,
        Plain = Plain,
        Sampling = Sampling,
        Choices = Choices,
        MaxTokens = MaxTokens,
        Allowance = 0,
        Stop = Stop,
        Prediction = Prediction,
        Constraint = Output.Constraint,
        ShownTokens = Output.ShownTokens,
    };
}
