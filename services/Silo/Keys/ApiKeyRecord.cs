using System.Text.Json.Serialization;
using Platform.Grains.Keys;

namespace Platform.Silo.Keys;

/// <summary>What is kept of a key; never its secret.</summary>
internal sealed record ApiKeyRecord
{
    public required string Id { get; init; }

    // Named, because queries ask for it by the name in the document.
    [JsonPropertyName("project_id")] public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required KeyScope Scope { get; init; }
    public required string RedactedSecret { get; init; }
    public required byte[] SecretSha256 { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }

    public ApiKeyDescription Describe() => new(Id, ProjectId, Name, Scope, RedactedSecret, CreatedAt, RevokedAt);
}
