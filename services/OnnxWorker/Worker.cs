using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Grains.Pools;
using Platform.Messaging.Runs;
using Platform.OnnxWorker.Embeddings;
using Platform.OnnxWorker.Models;
using Platform.OnnxWorker.Videos;

namespace Platform.OnnxWorker;

/// <summary>The worker's life: opens its queue, beats until the process is to stop, leaves the pools, lets its runs finish.</summary>
internal sealed partial class Worker(
    IWorkerQueues queues, EmbeddingCommands commands, EmbeddingRuns runs, VideoWorker videos, EmbeddingModels models, IGrainFactory grains, WorkerIdentity me,
    IOptions<OnnxWorkerOptions> options, IHostApplicationLifetime lifetime, ILogger<Worker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await using (await queues.Open(me.Id, Consumers))
        {
            Log.WorkerOpened(logger, me.Id);
            await Beat(stopping.Token);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DrainSeconds));
            await runs.Drain(patience.Token);
        }
    }

    private void Consumers(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.Instance(commands);
        endpoint.Instance(videos);
    }

    private async Task Beat(CancellationToken stopping)
    {
        var heartbeat = new WorkerHeartbeat(me.Id, Reports, () => queues.IsConnected, grains, logger);
        models.Changed += heartbeat.Hurry;
        await heartbeat.Run(stopping);
        models.Changed -= heartbeat.Hurry;
    }

    private Dictionary<string, WorkerReport> Reports() => models.Ready.ToDictionary(
        model => model.Entry.Id, model => new WorkerReport(me.Id, model.Entry.Slots, runs.RunningOn(model.Entry.Id), model.Entry.ContextLength, model.Entry.QueueLimit, model.Marks));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Worker {Worker} takes embeddings")]
        public static partial void WorkerOpened(ILogger logger, string worker);
    }
}
