using System.Text.Json.Serialization;

namespace Platform.OpenAi.Videos;

/// <summary>A video as the API shows it. OpenAI's fields are always there; ours come after them, and only where they say something.</summary>
public sealed record VideoResource
{
    public required string Id { get; init; }
    public string Object { get; } = "video";
    public required string Model { get; init; }

    /// <summary><c>queued</c>, <c>in_progress</c>, <c>completed</c> or <c>failed</c>: clients wait for ever on a status they do not know, so a cancelled video is a failed one.</summary>
    public required string Status { get; init; }
    public required int Progress { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }
    public required long? CompletedAt { get; init; }
    public required long? ExpiresAt { get; init; }
    public required string? Prompt { get; init; }
    public required string Size { get; init; }
    public required string Seconds { get; init; }
    public string Quality { get; } = "standard";
    public required string? RemixedFromVideoId { get; init; }
    public required VideoError? Error { get; init; }

    /// <summary>How many videos of the model are made before this one, itself included.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePosition { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NumFrames { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Fps { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MediaType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? InferenceTimeS { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? StageDurations { get; init; }
}

public sealed record VideoError(string Code, string Message);

public sealed record DeletedVideo
{
    public required string Id { get; init; }
    public string Object { get; } = "video.deleted";
    public bool Deleted { get; } = true;
}

/// <summary>One event of <c>GET /v1/videos/{id}/events</c>.</summary>
public sealed record VideoProgress
{
    public required string Type { get; init; }
    public required VideoResource Video { get; init; }

    /// <summary>Where a preview is, relative to the server.</summary>
    public required string? PreviewUrl { get; init; }
}
