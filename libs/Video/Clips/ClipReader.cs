using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Platform.Video.Imaging;

namespace Platform.Video.Clips;

/// <param name="Fps">Frames a second.</param>
/// <param name="Codec">As ffmpeg calls it: <c>h264</c>, <c>vp9</c>, <c>av1</c>.</param>
public sealed record ClipFacts(int Width, int Height, double Fps, double Seconds, string Codec);

/// <summary>Reads clips that come from outside: MP4 and WebM only, by their first bytes, so that no playlist leads ffmpeg to other files.</summary>
public static class ClipReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidDataException">The file is no MP4 or WebM clip, or damaged.</exception>
    public static async Task<ClipFacts> Examine(Ffmpeg ffmpeg, ReadOnlyMemory<byte> file, CancellationToken cancellation)
    {
        var demuxer = Demuxer(file.Span);
        using var copy = new TemporaryFile(file.Span);
        var said = await Run(ffmpeg, "ffprobe", [
            "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file", "-f", demuxer, "-select_streams", "v:0",
            "-show_entries", "stream=width,height,avg_frame_rate,codec_name:format=duration", "-of", "json", copy.Path], cancellation);
        using var json = JsonDocument.Parse(said);
        if (!json.RootElement.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0) throw new InvalidDataException("The file has no video stream.");
        var stream = streams[0];
        var rate = stream.GetProperty("avg_frame_rate").GetString()!.Split('/');
        var fps = rate.Length == 2 && Number(rate[1]) > 0 ? Number(rate[0]) / Number(rate[1]) : 0;
        var seconds = json.RootElement.TryGetProperty("format", out var format) && format.TryGetProperty("duration", out var duration) ? Number(duration.GetString()) : 0;
        var facts = new ClipFacts(stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(), fps, seconds, stream.GetProperty("codec_name").GetString() ?? "");
        return facts is { Width: > 0, Height: > 0, Fps: > 0, Seconds: > 0 } ? facts : throw new InvalidDataException("The file is a damaged or empty clip.");
    }

    /// <summary>The frames at a rate and a size, scaled to cover it; at most so many.</summary>
    /// <exception cref="InvalidDataException">The file is no MP4 or WebM clip, or damaged.</exception>
    public static async Task<IReadOnlyList<RgbImage>> Read(Ffmpeg ffmpeg, ReadOnlyMemory<byte> file, int width, int height, int fps, int most, CancellationToken cancellation)
    {
        var demuxer = Demuxer(file.Span);
        using var copy = new TemporaryFile(file.Span);
        var size = $"{width}:{height}";
        using var process = ffmpeg.Start("ffmpeg", [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", copy.Path, "-map", "0:v:0", "-an",
            "-vf", $"fps={fps.ToString(CultureInfo.InvariantCulture)},scale={size}:force_original_aspect_ratio=increase:in_color_matrix=auto,crop={size}",
            "-frames:v", most.ToString(CultureInfo.InvariantCulture), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
        using var tooLong = Killing(process, cancellation);
        process.StandardInput.Close();
        var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var frames = new List<RgbImage>();
        var output = process.StandardOutput.BaseStream;
        while (true)
        {
            var pixels = new byte[width * height * 3];
            if (await output.ReadAtLeastAsync(pixels, pixels.Length, throwOnEndOfStream: false, CancellationToken.None) < pixels.Length) break;
            frames.Add(new(width, height, pixels));
        }

        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0 || frames.Count == 0) throw new InvalidDataException($"The clip can't be decoded: {(await complaints).Trim().Split('\n')[^1]}");
        return frames;
    }

    private static string Demuxer(ReadOnlySpan<byte> file) =>
        file.Length > 12 && file[4..8].SequenceEqual("ftyp"u8) ? "mov"
        : file.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? "matroska"
        : throw new InvalidDataException("The file is not an MP4 or WebM clip.");

    private static async Task<string> Run(Ffmpeg ffmpeg, string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = ffmpeg.Start(program, arguments);
        using var tooLong = Killing(process, cancellation);
        process.StandardInput.Close();
        var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        await complaints;
        return process.ExitCode == 0 ? said : throw new InvalidDataException("The file is not a clip that can be read.");
    }

    /// <summary>Kills the process when cancelled or after a minute.</summary>
    private static CancellationTokenSource Killing(Process process, CancellationToken cancellation)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.Token.Register(() =>
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // it has ended
            }
        });
        source.CancelAfter(Patience);
        return source;
    }

    private static double Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(ReadOnlySpan<byte> content) => File.WriteAllBytes(Path, content);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"platform-source-{Guid.NewGuid():n}");

        public void Dispose() => File.Delete(Path);
    }
}
