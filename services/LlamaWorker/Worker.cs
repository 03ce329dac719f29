using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Grains.Pools;
using Platform.LlamaWorker.Models;
using Platform.LlamaWorker.Runs;
using Platform.Messaging.Runs;

namespace Platform.LlamaWorker;

/// <summary>The worker's life: opens its queue, beats until the process is to stop, leaves the pools, lets its runs finish.</summary>
internal sealed partial class Worker(
    IWorkerQueues queues, RunCommands commands, RunTable runs, HostedModels models, IGrainFactory grains, WorkerIdentity me,
    IOptions<WorkerOptions> options, IHostApplicationLifetime lifetime, ILogger<Worker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await using (await queues.Open(me.Id, endpoint => endpoint.Instance(commands)))
        {
            Log.WorkerOpened(logger, me.Id);
            await Beat(stopping.Token);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DrainSeconds));
            await runs.Drain(patience.Token);
        }

        await runs.Clear();
    }

    private async Task Beat(CancellationToken stopping)
    {
        var heartbeat = new WorkerHeartbeat(me.Id, Reports, () => queues.IsConnected, grains, logger);
        models.Changed += heartbeat.Hurry;
        await heartbeat.Run(stopping);
        models.Changed -= heartbeat.Hurry;
    }

    /// <summary>Once a beat also what nobody waits for is ended.</summary>
    private Dictionary<string, WorkerReport> Reports()
    {
        runs.Sweep();
        return models.Served.ToDictionary(model => model.Entry.Id, model => new WorkerReport(
            me.Id, model.Spec.Slots, runs.RunningOn(model), model.Spec.ContextLength, model.Entry.QueueLimit, model.Template.Overhead, model.Template.Traits, model.Loaded is not null));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Worker {Worker} takes runs")]
        public static partial void WorkerOpened(ILogger logger, string worker);
    }
}
