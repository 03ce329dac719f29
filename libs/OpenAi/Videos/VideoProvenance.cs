namespace Platform.OpenAi.Videos;

/// <summary>What is known of an uploaded file.</summary>
public sealed record VideoProvenance
{
    public string Object { get; } = "video.provenance";

    /// <summary>Whether its pictures are just as this platform made them.</summary>
    public required bool MadeByPlatform { get; init; }

    /// <summary>Id of the video, also where the pictures were altered afterwards.</summary>
    public required string? Generation { get; init; }
    public required string? Model { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long? CreatedAt { get; init; }

    /// <summary><c>video</c>, <c>thumbnail</c> or <c>spritesheet</c>.</summary>
    public required string? Part { get; init; }

    /// <summary>Of the mark in the file: <c>valid</c>, <c>invalid</c> or <c>absent</c>.</summary>
    public required string Signature { get; init; }

    /// <summary><c>unaltered</c>, <c>altered</c> since it was marked, or <c>unknown</c>.</summary>
    public required string Content { get; init; }
}
