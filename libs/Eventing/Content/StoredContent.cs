using Platform.Contracts.Generations;

namespace Platform.Eventing.Content;

/// <summary>What was said in one generation, as the content table keeps it.</summary>
/// <param name="CreatedAt">When the request was accepted; its month is the partition.</param>
public sealed record StoredContent(string GenerationId, DateTimeOffset CreatedAt, string ProjectId, GenerationContent Content);
