using System.Text.Json.Serialization;

namespace Platform.OpenAi.Organization;

/// <summary>Limits of one model in a project, or (model <c>*</c>) of the project over all models; null: unlimited.</summary>
public sealed record ProjectRateLimit
{
    public string Object { get; } = "project.rate_limit";
    public required string Id { get; init; }
    public required string Model { get; init; }

    [JsonPropertyName("max_requests_per_1_minute")]
    public long? MaxRequestsPerMinute { get; init; }

    [JsonPropertyName("max_tokens_per_1_minute")]
    public long? MaxTokensPerMinute { get; init; }
}
