namespace Platform.OpenAi.Videos;

/// <summary>Body of <c>POST /v1/videos</c>, <c>/edits</c>, <c>/extensions</c> and <c>/{id}/remix</c>; what a request does not say is null.</summary>
public sealed record VideoRequest
{
    public string Prompt { get; init; } = "";
    public string? Model { get; init; }

    /// <summary>Whole seconds.</summary>
    public int? Seconds { get; init; }

    /// <summary>Width×height, e.g. <c>64x64</c>.</summary>
    public string? Size { get; init; }

    public string NegativePrompt { get; init; } = "";
    public int? Frames { get; init; }
    public int? Fps { get; init; }
    public int? Steps { get; init; }
    public double? Guidance { get; init; }
    public double? Guidance2 { get; init; }
    public double? FlowShift { get; init; }
    public double? Strength { get; init; }
    public long? Seed { get; init; }

    /// <summary><c>mp4</c>, <c>webm</c> or <c>av1</c>.</summary>
    public string? Format { get; init; }

    public string? User { get; init; }

    /// <summary>Picture the clip begins with, where it is no file of the form.</summary>
    public MediaReference? InputReference { get; init; }

    /// <summary>Picture the clip ends with, where it is no file of the form.</summary>
    public MediaReference? LastFrameReference { get; init; }

    /// <summary>Id of the clip to edit or continue, where it is no file of the form.</summary>
    public string? Video { get; init; }
}

/// <summary>A picture by its URL (<c>data:</c> or http) or by the id of an uploaded file; one of both.</summary>
public sealed record MediaReference(string? Url, string? FileId);
