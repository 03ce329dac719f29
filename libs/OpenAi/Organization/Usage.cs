namespace Platform.OpenAi.Organization;

/// <summary>Answer of <c>GET /v1/organization/usage/…</c> and <c>/costs</c>.</summary>
public sealed record UsagePage<TResult>
{
    public string Object { get; } = "page";
    public required IReadOnlyList<UsageBucket<TResult>> Data { get; init; }
    public required bool HasMore { get; init; }
    public required string? NextPage { get; init; }
}

public sealed record UsageBucket<TResult>
{
    public string Object { get; } = "bucket";

    /// <summary>Unix seconds, inclusive.</summary>
    public required long StartTime { get; init; }

    /// <summary>Unix seconds, exclusive.</summary>
    public required long EndTime { get; init; }
    public required IReadOnlyList<TResult> Results { get; init; }
}

/// <summary>Ids are null where the query did not group by them.</summary>
public sealed record CompletionsUsage
{
    public string Object { get; } = "organization.usage.completions.result";

    /// <summary>Cached ones included.</summary>
    public required long InputTokens { get; init; }
    public required long OutputTokens { get; init; }
    public required long NumModelRequests { get; init; }
    public required long InputCachedTokens { get; init; }
    public required long InputUncachedTokens { get; init; }
    public string? ProjectId { get; init; }
    public string? UserId { get; init; }
    public string? ApiKeyId { get; init; }
    public string? Model { get; init; }
    public bool? Batch { get; init; }
    public string? ServiceTier { get; init; }
}

/// <summary>Ids are null where the query did not group by them.</summary>
public sealed record EmbeddingsUsage
{
    public string Object { get; } = "organization.usage.embeddings.result";
    public required long InputTokens { get; init; }
    public required long NumModelRequests { get; init; }
    public string? ProjectId { get; init; }
    public string? UserId { get; init; }
    public string? ApiKeyId { get; init; }
    public string? Model { get; init; }
}

/// <summary>OpenAI has no such usage; its shape is that of the others. Ids are null where the query did not group by them.</summary>
public sealed record VideosUsage
{
    public string Object { get; } = "organization.usage.videos.result";

    /// <summary>Of finished clips; those of a source that was continued not counted.</summary>
    public required decimal Seconds { get; init; }
    public required long Frames { get; init; }

    /// <summary>Failed and cancelled ones included.</summary>
    public required long NumModelRequests { get; init; }
    public string? ProjectId { get; init; }
    public string? UserId { get; init; }
    public string? ApiKeyId { get; init; }
    public string? Model { get; init; }
}
