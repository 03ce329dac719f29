using System.Diagnostics;
using System.Security.Cryptography;
using Platform.Contracts.Videos;
using Platform.Video.Clips;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.OnnxWorker.Videos;

/// <summary>Renders one clip on the caller's thread: denoise, decode, encode, piece after piece.</summary>
internal sealed class ClipMaker(VideoModel model, ClipPlan plan, ClipState state, IClipEncoder encoder, int checkpointSteps, Action<int, byte[]?, byte[]?> report, CancellationToken cancellation)
{
    private static readonly TimeSpan PreviewInterval = TimeSpan.FromSeconds(1);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ClipPictures _pictures = new(plan.Frames);
    private readonly List<float[]> _finished = [.. state.Finished];
    private readonly Dictionary<string, double> _seconds = new() { ["denoise"] = 0, ["decode"] = 0, ["encode"] = 0 };
    private long _previewed;
    private RgbImage? _last;

    public IReadOnlyDictionary<string, double> StageSeconds => _seconds;

    public FinishedClip Make()
    {
        report(2, null, null);
        foreach (var frame in plan.Given) Show(frame);
        for (var piece = 0; piece < plan.Pieces.Count; piece++)
        {
            var request = plan.Request(piece, _last);
            var latents = piece < state.Finished.Count ? state.Finished[piece] : Denoise(piece, request);
            Decode(piece, request, latents);
        }

        report(98, null, null);
        var video = Timed("encode", encoder.Finish);
        return new(video, encoder.ContentType, _pictures.Thumbnail(), _pictures.Spritesheet(), Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    private float[] Denoise(int piece, VideoRequest request)
    {
        var resume = piece == state.Finished.Count ? state.Current : null;
        var latents = Timed("denoise", () => model.Pipeline.Denoise(request, step => AfterStep(piece, step), resume, cancellation));
        _finished.Add(latents);
        if (plan.Pieces.Count > 1) report(Progress(piece, 0.92), new ClipState(_finished, null).ToBytes(), null);
        return latents;
    }

    private void AfterStep(int piece, DenoisingStep step)
    {
        var last = step.Done == step.Total;
        var checkpoint = step.Done % checkpointSteps == 0 && !last ? new ClipState(_finished, step.Keep()).ToBytes() : null;
        byte[]? preview = null;
        if (model.Preview is { } pictures && (_previewed == 0 || Stopwatch.GetElapsedTime(_previewed) > PreviewInterval))
        {
            preview = pictures.Encode(step.Scheduler.Denoised, step.Shape, Math.Max(1, plan.Order.Fps / model.Pipeline.Config.TemporalScale));
            _previewed = Stopwatch.GetTimestamp();
        }

        report(Progress(piece, 0.92 * step.Done / step.Total), checkpoint, preview);
    }

    private void Decode(int piece, VideoRequest request, float[] latents)
    {
        var repeated = plan.Repeated(piece);
        using var frames = model.Pipeline.Decode(latents, model.Pipeline.ShapeOf(request), cancellation).GetEnumerator();
        for (var i = 0; Timed("decode", frames.MoveNext); i++)
        {
            if (i >= repeated) Show(frames.Current);
            report(Progress(piece, 0.92 + 0.08 * (i + 1) / plan.Pieces[piece]), null, null);
        }
    }

    private void Show(RgbImage frame)
    {
        cancellation.ThrowIfCancellationRequested();
        _hash.AppendData(frame.Pixels);
        _pictures.Add(frame);
        Timed("encode", () =>
        {
            encoder.Write(frame);
            return true;
        });
        _last = frame;
    }

    /// <summary>Preparing takes up to 5 %, the pieces up to 97 %.</summary>
    private int Progress(int piece, double done) => 5 + (int)(92 * (piece + done) / plan.Pieces.Count);

    private T Timed<T>(string stage, Func<T> work)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _seconds[stage] += Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }
}

/// <param name="FramesSha256">Of all frames, 8-bit RGB.</param>
internal sealed record FinishedClip(byte[] Video, string ContentType, byte[] Thumbnail, byte[] Spritesheet, string FramesSha256);
