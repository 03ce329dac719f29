using System.Threading.Channels;
using Platform.Grains.Pools;
using Platform.LlamaWorker.Models;
using Platform.LlamaWorker.Runs;

namespace Platform.LlamaWorker.Heartbeats;

/// <summary>Tells the pool of every served model, once a second and at once when a model has become ready, was loaded or unloaded, what this worker can do and what really runs on it.</summary>
internal sealed partial class WorkerHeartbeat(HostedModels models, RunTable runs, IGrainFactory grains, WorkerIdentity me, ILogger<WorkerHeartbeat> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _now = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<string> _reported = [];
    private bool _quiet;

    /// <summary>Beats until cancelled, then leaves every pool.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        void Hurry() => _now.Writer.TryWrite(true);
        models.Changed += Hurry;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await Beat(cancellation);
                runs.Sweep();
                await Pause(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        finally
        {
            models.Changed -= Hurry;
        }

        await Task.WhenAll(_reported.Select(Leave));
    }

    private async Task Pause(CancellationToken cancellation)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        wait.CancelAfter(Interval);
        try
        {
            await _now.Reader.ReadAsync(wait.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task Beat(CancellationToken cancellation)
    {
        var ready = models.Served.ToList();
        await Task.WhenAll(_reported.Except(ready.Select(model => model.Entry.Id)).ToArray().Select(Leave));
        _reported.IntersectWith(ready.Select(model => model.Entry.Id));
        _reported.UnionWith(ready.Select(model => model.Entry.Id));
        await Task.WhenAll(ready.Select(model => Report(model, cancellation)));
    }

    private async Task Report(HostedModel model, CancellationToken cancellation)
    {
        var (entry, spec) = (model.Entry, model.Spec);
        var report = new WorkerReport(me.Id, spec.Slots, runs.RunningOn(model), spec.ContextLength, entry.QueueLimit, model.Template.Overhead, model.Template.Traits, model.Loaded is not null);
        try
        {
            await grains.GetGrain<IPool>(entry.Id).Heartbeat(report).AsTask().WaitAsync(Patience, cancellation);
            _quiet = false;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            if (!_quiet && e is not ObjectDisposedException) Log.HeartbeatFailed(logger, e.Message);
            _quiet = true;
        }
    }

    private async Task Leave(string model)
    {
        try
        {
            await grains.GetGrain<IPool>(model).Leave(me.Id).AsTask().WaitAsync(Patience);
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            Log.LeaveFailed(logger, model, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Heartbeats do not arrive: {Reason}")]
        public static partial void HeartbeatFailed(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The pool of {Model} was not told that this worker leaves: {Reason}")]
        public static partial void LeaveFailed(ILogger logger, string model, string reason);
    }
}
