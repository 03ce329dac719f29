using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Platform.Blobs;
using Platform.Catalog;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Grains.Quotas;
using Platform.Messaging.Jobs;

namespace Platform.Ledger.Videos;

/// <summary>
/// Sends jobs again that stand still, because a message or a worker was lost, ends those whose model is gone, offers quotas what the undone ones hold, and
/// throws away what has expired. Any number of sweepers may run.
/// </summary>
internal sealed partial class VideoSweeper(VideoReader reader, VideoJobs jobs, IJobQueues queues, IBlobStore blobs, ModelCatalog catalog, IGrainFactory grains, TimeProvider clock, ILogger<VideoSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Far longer than a change of the catalogue takes to be seen everywhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Sweeps between two offers: every 5 s, as gateways offer what they hold.</summary>
    private const int OfferEvery = 5;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            for (var sweep = 0; await timer.WaitForNextTickAsync(stoppingToken); sweep++) await Sweep(sweep % OfferEvery == 0, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the end
        }
    }

    private async Task Sweep(bool offer, CancellationToken cancellation)
    {
        try
        {
            foreach (var (id, model) in await reader.TakeStranded(Patience, cancellation))
            {
                if (catalog.Find(model) is null)
                {
                    await Fail(id, cancellation);
                    continue;
                }

                await queues.Send(model, new RenderVideo(id, model), cancellation);
                Log.SentAgain(logger, id, model);
            }

            foreach (var job in await reader.Expired(100, cancellation)) await Expire(job, cancellation);
            if (offer) await Offer(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Log.SweepFailed(logger, e.Message);
        }
    }

    /// <summary>No worker will ever have its model.</summary>
    private async Task Fail(string id, CancellationToken cancellation)
    {
        if (await reader.Find(null, id, cancellation) is not { IsOver: false } job) return;
        if (await jobs.Fail(job, "model_not_found", $"The model '{job.Model}' was removed before the video was made.", cancellation) is not { } sequence) return;
        Log.ModelGone(logger, id, job.Model);
        await reader.EraseUnreferenced(job.Partial, blobs, cancellation);
        await grains.GetGrain<IProjectQuota>(job.ProjectId).Recorded([new RecordedUsage(id, sequence, job.KeyId, default, clock.GetUtcNow())]);
    }

    private async Task Offer(CancellationToken cancellation)
    {
        foreach (var project in (await reader.Undone(cancellation)).GroupBy(job => job.ProjectId))
            await grains.GetGrain<IProjectQuota>(project.Key).Offer([.. project.Select(Reserved)]);
    }

    private Reservation Reserved(VideoJob job) =>
        new(job.Id, job.KeyId, job.Model, new Amount(job.Order.Frames, catalog.Find(job.Model)?.Prices.VideoMicros(job.Order.Frames, job.Order.Fps) ?? 0));

    private async Task Expire(VideoJob job, CancellationToken cancellation)
    {
        if (!await jobs.Delete(job, "expired", cancellation)) return;
        await reader.EraseUnreferenced(job.Blobs, blobs, cancellation);
        Log.Expired(logger, job.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{VideoId} sent again to the workers of {Model}")]
        public static partial void SentAgain(ILogger logger, string videoId, string model);

        [LoggerMessage(2, LogLevel.Information, "{VideoId} expired")]
        public static partial void Expired(ILogger logger, string videoId);

        [LoggerMessage(4, LogLevel.Warning, "{VideoId} failed, its model {Model} is not in the catalogue any more")]
        public static partial void ModelGone(ILogger logger, string videoId, string model);

        [LoggerMessage(3, LogLevel.Warning, "Sweep failed and will be tried again: {Reason}")]
        public static partial void SweepFailed(ILogger logger, string reason);
    }
}
