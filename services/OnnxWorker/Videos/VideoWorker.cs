using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Messaging.Jobs;

namespace Platform.OnnxWorker.Videos;

/// <summary>Serves the catalogue's video models: opens each, then takes part in its queue until the process is to stop.</summary>
internal sealed partial class VideoWorker(
    ModelCatalog catalog, IJobQueues queues, VideoReader reader, VideoJobs jobs, VideoRenderer renderer, WorkerIdentity me,
    IOptions<VideoOptions> options, IOptions<OnnxWorkerOptions> worker, IHostApplicationLifetime lifetime, ILogger<VideoWorker> logger) : BackgroundService, IConsumer<CancelVideo>
{
    private readonly ConcurrentDictionary<string, VideoLane> _lanes = new();

    public Task Consume(ConsumeContext<CancelVideo> context)
    {
        foreach (var lane in _lanes.Values) lane.Cancel(context.Message.VideoId);
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var open = new List<JobQueue>();
        try
        {
            foreach (var entry in catalog.Models.Where(model => model is { Kind: ModelKind.Video, Engine: "onnx" }))
            {
                if (await Open(entry, stopping.Token) is { } queue) open.Add(queue);
            }

            await Task.Delay(Timeout.Infinite, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the end
        }

        // first the lanes: a queue waits until its consumers have returned
        foreach (var lane in _lanes.Values) await lane.DisposeAsync();
        foreach (var queue in open) await queue.DisposeAsync();
    }

    private async Task<JobQueue?> Open(CatalogModel entry, CancellationToken cancellation)
    {
        try
        {
            var lane = new VideoLane(await VideoModel.Open(catalog, entry, worker.Value.Cuda, cancellation), reader, jobs, renderer, options.Value, me.Id, logger);
            _lanes[entry.Id] = lane;
            Log.Serving(logger, entry.Id);
            return await queues.Open(entry.Id, entry.Slots, endpoint => endpoint.Instance(new Consumer(lane)));
        }
        catch (Exception e) when (e is CatalogException or InvalidDataException or NotSupportedException)
        {
            Log.NotServed(logger, entry.Id, e.Message);
            return null;
        }
    }

    private sealed class Consumer(VideoLane lane) : IConsumer<RenderVideo>
    {
        public Task Consume(ConsumeContext<RenderVideo> context) => lane.Serve(context.CancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Model} makes videos")]
        public static partial void Serving(ILogger logger, string model);

        [LoggerMessage(2, LogLevel.Error, "{Model} makes no videos, the others do: {Reason}")]
        public static partial void NotServed(ILogger logger, string model, string reason);
    }
}
