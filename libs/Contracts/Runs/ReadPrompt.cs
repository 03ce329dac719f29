namespace Platform.Contracts.Runs;

/// <summary>
/// Gateway → worker: which tokens a prompt has, and their texts. Answered by one <see cref="Frame"/> of that id: its tokens, each with its own bytes (a character may be split between two),
/// and in <see cref="Frame.Started"/> how many there are; or by its error.
/// </summary>
public sealed record ReadPrompt
{
    public required string Id { get; init; }

    /// <summary>Frame address of the gateway.</summary>
    public required string ReplyTo { get; init; }

    /// <summary>Catalogue id of the model, aliases resolved.</summary>
    public required string Model { get; init; }

    /// <summary>Rendered by the chat template; null where it is <see cref="Plain"/>.</summary>
    public Conversation? Conversation { get; init; }

    public PlainPrompt? Plain { get; init; }

    /// <summary>For a text: whether the tokens that the model wants around it are added.</summary>
    public bool AddSpecial { get; init; } = true;

    /// <summary>For a text: whether control tokens that are spelled out in it are read as such.</summary>
    public bool ParseSpecial { get; init; } = true;
}
