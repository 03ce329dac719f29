namespace Platform.Catalog;

/// <summary>What a video model can make, and what it makes when a request does not say.</summary>
public sealed record VideoAbilities
{
    /// <summary>Width×height, e.g. <c>64x64</c>; the first is the default.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Lengths; the first is the default.</summary>
    public required IReadOnlyList<int> Seconds { get; init; }

    /// <summary>Frames a second.</summary>
    public required int Fps { get; init; }

    /// <summary>Frames the model makes at once, 1 more than a multiple of <see cref="FrameStep"/>; longer clips are continued from their last frame.</summary>
    public required int SegmentFrames { get; init; }

    /// <summary>A clip has 1 frame more than a multiple of this.</summary>
    public int FrameStep { get; init; } = 4;

    /// <summary>Frames of the longest clip, continued ones included.</summary>
    public required int MaxFrames { get; init; }

    public required int Steps { get; init; }
    public int MaxSteps { get; init; } = 200;
    public required float GuidanceScale { get; init; }

    /// <summary>Whether a clip may begin with a picture, and so be continued.</summary>
    public bool TakesPicture { get; init; }

    /// <summary>Whether a clip may end with a picture.</summary>
    public bool TakesLastPicture { get; init; }
}
