using Microsoft.Extensions.Options;
using Platform.Blobs;
using Platform.Catalog;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Grains.Quotas;
using Platform.Video.Clips;
using Platform.Video.Imaging;
using Platform.Video.Provenance;

namespace Platform.OnnxWorker.Videos;

/// <summary>Takes a started job to its end: completed, failed, given back, or left to whoever took it over.</summary>
internal sealed partial class VideoRenderer(
    VideoJobs jobs, VideoReader reader, IBlobStore blobs, IGrainFactory grains, SharedMarks shared, TimeProvider clock, IOptions<VideoOptions> options, ILogger<VideoRenderer> logger)
{
    private readonly Ffmpeg? _ffmpeg = Ffmpeg.Find();

    /// <param name="stopping">The worker is to end: the job is given back.</param>
    /// <param name="cancel">The job was cancelled.</param>
    public async Task Render(VideoModel model, VideoJob job, CancellationToken stopping, CancellationToken cancel)
    {
        using var run = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancel);
        await using var lease = new VideoLease(job, jobs, blobs, options.Value.Lease, run, logger);
        try
        {
            var clip = await Make(model, job, lease, run.Token);
            await lease.Stop();
            await Complete(model, job, clip, lease);
        }
        catch (OperationCanceledException) when (run.IsCancellationRequested)
        {
            await lease.Stop();
            if (stopping.IsCancellationRequested && !lease.IsLost)
            {
                await jobs.Release(job, CancellationToken.None);
                Log.GaveBack(logger, job.Id, job.Run);
            }
            else
            {
                Log.Lost(logger, job.Id, job.Run);
                // whoever took it over goes on from the checkpoint; after a cancellation nobody does
                if (await reader.Find(null, job.Id, CancellationToken.None) is null or { IsOver: true }) await lease.Forget(CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            Log.Failed(logger, e, job.Id, job.Run);
            await lease.Stop();
            var (code, message) = e is InvalidDataException or ArgumentException or FileNotFoundException ? ("invalid_input", e.Message) : ("server_error", "The video could not be made because of an error in the platform.");
            var sequence = await UntilTheDatabaseAnswers(() => jobs.Fail(job, code, message, CancellationToken.None));
            await lease.Forget(CancellationToken.None);
            if (sequence is { } recorded) await Tell(job, recorded, default);
        }
    }

    private async Task<VideoClip> Make(VideoModel model, VideoJob job, VideoLease lease, CancellationToken cancellation)
    {
        var order = job.Order;
        var source = order.Source is { } clip
            ? await ClipReader.Read(_ffmpeg ?? throw new InvalidDataException($"A clip can only be read with ffmpeg: {Ffmpeg.Advice}."), await Blob(clip), order.Width, order.Height, order.Fps,
                order.Task == VideoTask.Edit ? order.Frames : model.Entry.Video!.MaxFrames * 4, cancellation) // the catalogue has no video model without
            : [];
        var plan = ClipPlan.Of(order, source, await Picture(order.Picture), await Picture(order.LastPicture));
        // latents of other weights would make a clip of two models
        var state = job.Checkpoint is { } checkpoint && job.ArtifactHash == ModelCatalog.ArtifactHash(model.Entry) ? ClipState.FromBytes(await Blob(checkpoint)) : ClipState.Empty;
        var format = order.Format switch { VideoFormat.Webm => ClipFormat.Webm, VideoFormat.Av1 => ClipFormat.Av1, _ => ClipFormat.Mp4 };
        using var encoder = ClipEncoders.Open(_ffmpeg, format, order.Width, order.Height, order.Fps, cancellation);
        var maker = new ClipMaker(model, plan, state, encoder, options.Value.CheckpointSteps, lease.Report, cancellation);
        var made = await Task.Factory.StartNew(maker.Make, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        lease.Report(99);
        var marks = await shared.Get(cancellation);
        var marked = marks.Mark(made.Video, Origin("video"));
        var video = await blobs.Put(marked, cancellation);
        var thumbnail = await blobs.Put(marks.Mark(made.Thumbnail, Origin("thumbnail")), cancellation);
        var spritesheet = await blobs.Put(marks.Mark(made.Spritesheet, Origin("spritesheet")), cancellation);
        return new(video.ToString(), made.ContentType, thumbnail.ToString(), spritesheet.ToString(), marked.Length, order.Width, order.Height, plan.Frames, order.Fps, made.FramesSha256)
        {
            StageSeconds = maker.StageSeconds.ToDictionary(stage => stage.Key, stage => Math.Round(stage.Value, 3)),
        };

        Origin Origin(string part) => new(job.Id, job.Model, job.CreatedAt, part);
        Task<byte[]> Blob(string id) => blobs.Read(BlobId.Parse(id), cancellation);
        async Task<RgbImage?> Picture(string? id) => id is null ? null : RgbImage.Decode(await Blob(id));
    }

    private async Task Complete(VideoModel model, VideoJob job, VideoClip clip, VideoLease lease)
    {
        var cost = model.Entry.Prices.VideoMicros(job.Order.Frames, job.Order.Fps);
        var sequence = await UntilTheDatabaseAnswers(() => jobs.Complete(job, clip, cost, options.Value.Kept, CancellationToken.None));
        if (sequence is null)
        {
            Log.Lost(logger, job.Id, job.Run);
            foreach (var useless in new[] { clip.Video, clip.Thumbnail, clip.Spritesheet }) await blobs.Delete(BlobId.Parse(useless), CancellationToken.None);
            return;
        }

        Log.Completed(logger, job.Id, job.Run, clip.Frames);
        await lease.Forget(CancellationToken.None);
        await Tell(job, sequence.Value, new Amount(job.Order.Frames, cost));
    }

    private async Task Tell(VideoJob job, long sequence, Amount used)
    {
        try
        {
            await grains.GetGrain<IProjectQuota>(job.ProjectId).Recorded([new RecordedUsage(job.Id, sequence, job.KeyId, used, clock.GetUtcNow())]);
        }
        catch (Exception e)
        {
            Log.LeftToRollup(logger, job.Id, e.Message); // a quota reads the rollup when it becomes active
        }
    }

    /// <summary>What was made must not be lost to an outage; the lease may lapse meanwhile, and then the append is refused.</summary>
    private static async Task<long?> UntilTheDatabaseAnswers(Func<Task<long?>> append)
    {
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = TimeSpan.FromSeconds(Math.Min(2, pause.TotalSeconds * 2)))
        {
            try
            {
                return await append();
            }
            catch (Exception e) when (e is System.Data.Common.DbException || e.InnerException is System.Data.Common.DbException)
            {
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{VideoId} completed in run {Run}: {Frames} frames")]
        public static partial void Completed(ILogger logger, string videoId, int run, int frames);

        [LoggerMessage(2, LogLevel.Information, "{VideoId} is not run {Run}'s any more")]
        public static partial void Lost(ILogger logger, string videoId, int run);

        [LoggerMessage(3, LogLevel.Information, "{VideoId} given back by run {Run}")]
        public static partial void GaveBack(ILogger logger, string videoId, int run);

        [LoggerMessage(4, LogLevel.Error, "{VideoId} failed in run {Run}")]
        public static partial void Failed(ILogger logger, Exception exception, string videoId, int run);

        [LoggerMessage(5, LogLevel.Warning, "The quota was not told of {VideoId}, its rollup knows it: {Reason}")]
        public static partial void LeftToRollup(ILogger logger, string videoId, string reason);
    }
}
