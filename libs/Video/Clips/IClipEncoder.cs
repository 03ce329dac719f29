using Platform.Video.Imaging;

namespace Platform.Video.Clips;

/// <summary>Takes a clip frame by frame and gives it as a file.</summary>
public interface IClipEncoder : IDisposable
{
    string ContentType { get; }

    /// <summary>Waits while the encoder has enough to do.</summary>
    void Write(RgbImage frame);

    /// <summary>The whole file, after the last frame.</summary>
    byte[] Finish();
}

public enum ClipFormat
{
    /// <summary>H.264, 4:2:0, the index at the front.</summary>
    Mp4,

    /// <summary>VP9 in WebM.</summary>
    Webm,

    /// <summary>AV1 in WebM.</summary>
    Av1,
}

public static class ClipEncoders
{
    /// <summary>An ffmpeg process; without ffmpeg an animated WebP picture, whatever the format.</summary>
    public static IClipEncoder Open(Ffmpeg? ffmpeg, ClipFormat format, int width, int height, int fps, CancellationToken cancellation) =>
        ffmpeg is null ? new WebpEncoder(fps) : new FfmpegEncoder(ffmpeg, format, width, height, fps, cancellation);
}
