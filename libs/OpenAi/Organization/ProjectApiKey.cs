using System.Text.Json.Serialization;

namespace Platform.OpenAi.Organization;

/// <summary>An API key without its secret.</summary>
public sealed record ProjectApiKey
{
    public string Object { get; } = "organization.project.api_key";
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string RedactedValue { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The whole secret: in the answer to its creation and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }
}

public sealed record DeletedApiKey
{
    public string Object { get; } = "organization.project.api_key.deleted";
    public required string Id { get; init; }
    public bool Deleted { get; } = true;
}
