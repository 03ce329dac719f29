namespace Platform.OpenAi.Chat;

/// <summary>A valid body of <c>POST /v1/chat/completions</c>. Null: not given.</summary>
public sealed record ChatCompletionRequest
{
    /// <summary>Id or alias as the client wrote it.</summary>
    public required string Model { get; init; }

    public required ChatMessages Messages { get; init; }

    /// <summary>0–2.</summary>
    public float? Temperature { get; init; }

    /// <summary>0–1.</summary>
    public float? TopP { get; init; }

    /// <summary>0 keeps everything. Not in OpenAI's API.</summary>
    public int? TopK { get; init; }

    /// <summary>0–1. Not in OpenAI's API.</summary>
    public float? MinP { get; init; }

    /// <summary>−2–2.</summary>
    public float? PresencePenalty { get; init; }

    /// <summary>−2–2.</summary>
    public float? FrequencyPenalty { get; init; }

    /// <summary>&gt; 0. Not in OpenAI's API.</summary>
    public float? RepeatPenalty { get; init; }

    public long? Seed { get; init; }

    /// <summary><c>n</c>, 1–128.</summary>
    public int Choices { get; init; } = 1;

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>At most 4, none empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary><c>safety_identifier</c> or <c>user</c>.</summary>
    public string? User { get; init; }

    /// <summary>False where the client asked that nothing of what was said is stored.</summary>
    public bool KeepContent { get; init; } = true;

    /// <summary>The client will want to find the completion again.</summary>
    public bool Store { get; init; }
}

/// <summary>The conversation as the chat template takes it.</summary>
/// <param name="Json">JSON array; content parts are joined to text.</param>
/// <param name="Bytes">Its length in UTF-8: no tokenizer makes more tokens of it.</param>
public sealed record ChatMessages(string Json, int Bytes);
