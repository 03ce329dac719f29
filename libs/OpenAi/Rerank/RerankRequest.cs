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

    public string? User { get; init; }
}
