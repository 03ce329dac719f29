namespace Platform.OpenAi.Rerank;

/// <summary>A valid body of <c>POST /v1/rerank</c>, the shape Jina and Cohere share.</summary>
public sealed record RerankRequest
{
    public required string Model { get; init; }
    public required string Query { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>How many of the best are told; never more than there are.</summary>
    public required int TopN { get; init; }

    /// <summary>Whether the documents' texts come back too.</summary>
    public bool ReturnDocuments { get; init; }

    /// <summary>Asked and answered as text-embeddings-inference has it: <c>texts</c>, and a bare list.</summary>
    public bool Bare { get; init; }

    /// <summary>What a classifier said, not brought between 0 and 1.</summary>
    public bool RawScores { get; init; }

    public string? User { get; init; }
}
