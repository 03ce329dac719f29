using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Blobs;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Messaging.Jobs;

namespace Platform.Ledger.Videos;

/// <summary>Sends jobs again that stand still, because a message or a worker was lost, and throws away what has expired. Any number of sweepers may run.</summary>
internal sealed partial class VideoSweeper(VideoReader reader, VideoJobs jobs, IJobQueues queues, IBlobStore blobs, ILogger<VideoSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Sweep(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the end
        }
    }

    private async Task Sweep(CancellationToken cancellation)
    {
        try
        {
            foreach (var (id, model) in await reader.TakeStranded(Patience, cancellation))
            {
                await queues.Send(model, new RenderVideo(id, model), cancellation);
                Log.SentAgain(logger, id, model);
            }

            foreach (var job in await reader.Expired(100, cancellation)) await Expire(job, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Log.SweepFailed(logger, e.Message);
        }
    }

    private async Task Expire(VideoJob job, CancellationToken cancellation)
    {
        if (!await jobs.Delete(job, "expired", cancellation)) return;
        foreach (var id in job.Blobs)
        {
            if (!await reader.IsReferenced(id, cancellation)) await blobs.Delete(BlobId.Parse(id), cancellation);
        }

        Log.Expired(logger, job.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{VideoId} sent again to the workers of {Model}")]
        public static partial void SentAgain(ILogger logger, string videoId, string model);

        [LoggerMessage(2, LogLevel.Information, "{VideoId} expired")]
        public static partial void Expired(ILogger logger, string videoId);

        [LoggerMessage(3, LogLevel.Warning, "Sweep failed and will be tried again: {Reason}")]
        public static partial void SweepFailed(ILogger logger, string reason);
    }
}
