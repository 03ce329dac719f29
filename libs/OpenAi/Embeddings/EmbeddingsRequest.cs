namespace Platform.OpenAi.Embeddings;

/// <summary>A valid body of <c>POST /v1/embeddings</c>.</summary>
public sealed record EmbeddingsRequest
{
    public required string Model { get; init; }

    /// <summary>1 to 2,048.</summary>
    public required EmbeddingInputs Inputs { get; init; }

    /// <summary>Vectors as base64 of their bytes instead of numbers.</summary>
    public bool Base64 { get; init; }

    /// <summary>Numbers a vector is to have; null: all the model makes.</summary>
    public int? Dimensions { get; init; }

    public string? User { get; init; }
}

/// <summary>What is to be embedded: texts, or lists of token ids.</summary>
/// <param name="Names">What the request calls each of them: <c>input[3]</c>.</param>
public sealed record EmbeddingInputs(IReadOnlyList<string> Texts, IReadOnlyList<int[]> Tokens, IReadOnlyList<string> Names)
{
    public static EmbeddingInputs None { get; } = new([], [], []);

    public int Count => Texts.Count + Tokens.Count;
}
