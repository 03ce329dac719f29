using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Messaging.Jobs;

namespace Platform.OnnxWorker.Videos;

/// <summary>Serves the catalogue's video models: opens each and takes part in its queue, and follows the catalogue until the process is to stop.</summary>
internal sealed partial class VideoWorker(
    ModelCatalog catalog, IJobQueues queues, VideoReader reader, VideoJobs jobs, VideoRenderer renderer, WorkerIdentity me,
    IOptions<VideoOptions> options, IOptions<OnnxWorkerOptions> worker, IHostApplicationLifetime lifetime, ILogger<VideoWorker> logger) : BackgroundService, IConsumer<CancelVideo>
{
    private readonly ConcurrentDictionary<string, (VideoLane Lane, JobQueue Queue)> _served = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public Task Consume(ConsumeContext<CancelVideo> context)
    {
        foreach (var (lane, _) in _served.Values) lane.Cancel(context.Message.VideoId);
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        void OnChange() => _changes.Writer.TryWrite(true);
        catalog.Changed += OnChange;
        try
        {
            do
            {
                await Follow(stopping.Token);
            }
            while (await _changes.Reader.ReadAsync(stopping.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the end
        }
        finally
        {
            catalog.Changed -= OnChange;
        }

        foreach (var id in _served.Keys) await Close(id);
    }

    private async Task Follow(CancellationToken cancellation)
    {
        var wanted = catalog.Models.Where(model => model is { Kind: ModelKind.Video, Engine: "onnx" }).ToDictionary(model => model.Id);
        foreach (var (id, (lane, _)) in _served.ToArray())
        {
            if (!wanted.TryGetValue(id, out var entry) || !Same(entry, lane.Model.Entry)) await Close(id);
            else lane.Model.Entry = entry;
        }

        foreach (var entry in wanted.Values.Where(entry => !_served.ContainsKey(entry.Id))) await Open(entry, cancellation);
    }

    private static bool Same(CatalogModel a, CatalogModel b) =>
        (ModelCatalog.ArtifactHash(a), a.Files[0].Path, a.Threads, a.Slots) == (ModelCatalog.ArtifactHash(b), b.Files[0].Path, b.Threads, b.Slots);

    private async Task Open(CatalogModel entry, CancellationToken cancellation)
    {
        VideoModel model;
        try
        {
            model = await VideoModel.Open(catalog, entry, worker.Value.Cuda, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.NotServed(logger, entry.Id, e.Message);
            return;
        }

        var lane = new VideoLane(model, reader, jobs, renderer, options.Value, me.Id, logger);
        _served[entry.Id] = (lane, await queues.Open(entry.Id, entry.Slots, endpoint => endpoint.Instance(new Consumer(lane))));
        Log.Serving(logger, entry.Id);
    }

    /// <summary>What runs is given back, to be taken up by whoever serves the model.</summary>
    private async Task Close(string id)
    {
        if (!_served.TryRemove(id, out var served)) return;
        await served.Lane.DisposeAsync(); // first the lane: a queue waits until its consumers have returned
        await served.Queue.DisposeAsync();
        Log.Closed(logger, id);
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

        [LoggerMessage(3, LogLevel.Information, "{Model} closed")]
        public static partial void Closed(ILogger logger, string model);
    }
}
