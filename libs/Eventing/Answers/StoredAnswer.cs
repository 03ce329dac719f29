namespace Platform.Eventing.Answers;

/// <summary>An answer its client may ask for again.</summary>
/// <param name="Kind">Which API gave it: <see cref="Response"/>, <see cref="Chat"/> or <see cref="UnwrittenChat"/>.</param>
/// <param name="Previous">The answer it goes on from; null: none.</param>
/// <param name="Metadata">JSON object of strings.</param>
/// <param name="Body">The object as the client was sent it, UTF-8 JSON.</param>
/// <param name="Deltas">Length in bytes of each delta of its stream.</param>
public sealed record StoredAnswer(
    string Id, string Kind, string ProjectId, string Model, DateTimeOffset CreatedAt, string? Previous, string Metadata, byte[] Body, IReadOnlyList<int> Deltas)
{
    public const string Response = "response", Chat = "chat";

    /// <summary>A chat completion that is to be stored and is recorded, but not written yet as its client will be shown it.</summary>
    public const string UnwrittenChat = "chat_unwritten";

    /// <summary>Stands for an answer that somebody has to write.</summary>
    public static StoredAnswer Unwritten(string id, string projectId, string model, DateTimeOffset createdAt) => new(id, UnwrittenChat, projectId, model, createdAt, null, "{}", [], []);
}

/// <summary>One thing that was said in an answer or a conversation.</summary>
/// <param name="IsOutput">A model said it.</param>
/// <param name="Body">JSON object.</param>
public sealed record StoredItem(string Id, string Type, bool IsOutput, string Body);

/// <param name="Metadata">Pairs an answer must have.</param>
/// <param name="After">Id of the last answer of the page before.</param>
public sealed record AnswerQuery(string ProjectId, string Kind, string? Model, IReadOnlyDictionary<string, string> Metadata, string? After, int Limit, bool Descending);
