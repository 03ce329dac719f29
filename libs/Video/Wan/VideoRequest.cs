using Platform.Video.Imaging;

namespace Platform.Video.Wan;

/// <summary>One clip to make. Sizes are validated by <see cref="WanPipeline"/>.</summary>
public sealed record VideoRequest
{
    public string Prompt { get; init; } = "";
    public string NegativePrompt { get; init; } = "";

    /// <summary>Pixels; multiples of <see cref="WanConfig.SizeStep"/>.</summary>
    public required int Width { get; init; }
    public required int Height { get; init; }

    /// <summary>1 + a multiple of <see cref="WanConfig.TemporalScale"/>.</summary>
    public required int Frames { get; init; }

    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance; at 1 or less the negative prompt is not computed.</summary>
    public required float Guidance { get; init; }

    /// <summary>Guidance of the second transformer; null: the same.</summary>
    public float? Guidance2 { get; init; }

    /// <summary>Replaces the scheduler's own flow shift.</summary>
    public double? FlowShift { get; init; }

    public long Seed { get; init; }

    /// <summary>Picture the clip begins with; scaled to cover the size.</summary>
    public RgbImage? Image { get; init; }

    /// <summary>Picture the clip ends with, for models that take one.</summary>
    public RgbImage? LastImage { get; init; }

    /// <summary>Clip to start from (video to video); needs <see cref="Frames"/> pictures.</summary>
    public IReadOnlyList<RgbImage>? Source { get; init; }

    /// <summary>0–1: how much of the source is replaced by noise.</summary>
    public double Strength { get; init; } = 0.8;

    /// <summary>Initial noise instead of the seed's, [channels × frames × height × width].</summary>
    public float[]? Noise { get; init; }
}
