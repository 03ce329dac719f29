namespace Platform.Contracts.Videos;

/// <summary>What a finished job left in the blob store.</summary>
/// <param name="Video">Blob of the clip.</param>
/// <param name="ContentType">Of the clip: <c>video/mp4</c>, <c>video/webm</c> or, where there is no encoder, <c>image/webp</c>.</param>
/// <param name="FramesSha256">Of all frames as 8-bit RGB, before encoding: equal for equal clips.</param>
public sealed record VideoClip(
    string Video, string ContentType, string Thumbnail, string Spritesheet, long Bytes, int Width, int Height, int Frames, int Fps, string FramesSha256)
{
    /// <summary>Seconds the model and the encoder took, by stage.</summary>
    public IReadOnlyDictionary<string, double> StageSeconds { get; init; } = new Dictionary<string, double>();
}
