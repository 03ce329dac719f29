using System.Diagnostics;
using System.Globalization;
using Platform.Video.Imaging;

namespace Platform.Video.Clips;

/// <summary>Frames stream into an ffmpeg process while later ones are still being decoded; the file is the same for the same frames.</summary>
internal sealed class FfmpegEncoder : IClipEncoder
{
    private readonly ClipFormat _format;
    private readonly string _file;
    private readonly Process _process;
    private readonly Task<string> _complaints;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly CancellationToken _cancellation;

    public FfmpegEncoder(Ffmpeg ffmpeg, ClipFormat format, int width, int height, int fps, CancellationToken cancellation)
    {
        (_format, _cancellation) = (format, cancellation);
        _file = Path.Combine(Path.GetTempPath(), $"platform-clip-{Guid.NewGuid():n}.{(format == ClipFormat.Mp4 ? "mp4" : "webm")}");
        var size = $"{width}x{height}";
        var rate = fps.ToString(CultureInfo.InvariantCulture);
        string[] input = ["-hide_banner", "-nostdin", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", rate, "-i", "pipe:0", "-an"];
        string[] colours =
        [
            "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
            "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
        ];
        string[] codec = format switch
        {
            ClipFormat.Webm => ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1", "-b:v", "0", "-crf", "28"],
            ClipFormat.Av1 => ["-c:v", "libsvtav1", "-preset", "10", "-crf", "30"],
            _ => ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-movflags", "+faststart"],
        };
        _process = ffmpeg.Start("ffmpeg", [.. input, .. codec, .. colours, _file]);
        _complaints = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _process.BeginOutputReadLine(); // it says nothing there, and must not wait for somebody who reads
        _cancelled = cancellation.Register(Kill);
    }

    public string ContentType => _format == ClipFormat.Mp4 ? "video/mp4" : "video/webm";

    public void Write(RgbImage frame)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(frame.Pixels);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
    }

    public byte[] Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it has ended already: its exit code tells
        }

        _process.WaitForExit();
        return _process.ExitCode == 0 ? File.ReadAllBytes(_file) : throw Failed(null);
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_file);
    }

    private Exception Failed(Exception? inner)
    {
        if (_cancellation.IsCancellationRequested) return new OperationCanceledException(_cancellation);
        _process.WaitForExit();
        var said = _complaints.GetAwaiter().GetResult().Trim(); // the process has ended and with it the stream
        return new FfmpegException($"ffmpeg could not encode the clip ({_process.ExitCode}): {said.Split('\n')[^1]}", inner ?? new IOException(said));
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited) _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // it ended in between
        }
    }
}
