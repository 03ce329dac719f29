namespace Platform.Contracts.Videos;

/// <summary>What a video job is to make, every default filled in by the gateway. Holds the prompt: it is content, not figures.</summary>
public sealed record VideoOrder
{
    public required string Prompt { get; init; }
    public string NegativePrompt { get; init; } = "";

    /// <summary>Pixels.</summary>
    public required int Width { get; init; }
    public required int Height { get; init; }

    /// <summary>Frames to generate, those of a source that is continued not counted.</summary>
    public required int Frames { get; init; }

    /// <summary>Frames the model makes at once; more are continued from the last frame of what there is.</summary>
    public required int SegmentFrames { get; init; }

    /// <summary>Frames a second.</summary>
    public required int Fps { get; init; }

    public required int Steps { get; init; }
    public required float Guidance { get; init; }
    public float? Guidance2 { get; init; }
    public double? FlowShift { get; init; }
    public required long Seed { get; init; }

    public VideoFormat Format { get; init; }

    /// <summary>Blob of the picture the clip begins with.</summary>
    public string? Picture { get; init; }

    /// <summary>Blob of the picture the clip ends with.</summary>
    public string? LastPicture { get; init; }

    /// <summary>Blob of the clip that is edited or continued.</summary>
    public string? Source { get; init; }

    public VideoTask Task { get; init; }

    /// <summary>0–1: how much of an edited source is replaced by noise.</summary>
    public double Strength { get; init; } = 0.8;

    /// <summary>What the answer calls <c>seconds</c>, all of the clip.</summary>
    public required string Seconds { get; init; }

    /// <summary>Id of the video a remix or an edit was made from.</summary>
    public string? RemixedFrom { get; init; }
}

public enum VideoTask
{
    /// <summary>From the prompt and perhaps pictures.</summary>
    Generate,

    /// <summary>The source again, partly replaced by noise.</summary>
    Edit,

    /// <summary>The source, then what comes after its last frame.</summary>
    Extend,
}

public enum VideoFormat
{
    /// <summary>H.264.</summary>
    Mp4,

    /// <summary>VP9.</summary>
    Webm,

    /// <summary>AV1 in WebM.</summary>
    Av1,
}
