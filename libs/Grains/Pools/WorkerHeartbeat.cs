using System.Collections.ObjectModel;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Platform.Grains.Pools;

/// <summary>Tells the pool of every served model, once a second and at once when asked to hurry, what a worker can do and what really runs on it.</summary>
/// <param name="look">Asked once a beat: the models that are served now, by catalogue id, and what is to be told of each.</param>
/// <param name="isReached">Whether commands come through; while they do not nothing is served.</param>
public sealed partial class WorkerHeartbeat(string worker, Func<IReadOnlyDictionary<string, WorkerReport>> look, Func<bool> isReached, IGrainFactory grains, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _now = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<string> _reported = [];
    private bool _quiet;

    /// <summary>A model has become ready, was loaded or unloaded.</summary>
    public void Hurry() => _now.Writer.TryWrite(true);

    /// <summary>Beats until cancelled, then leaves every pool.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await Beat(cancellation);
                await Pause(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
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
        var reports = look();
        if (!isReached()) reports = ReadOnlyDictionary<string, WorkerReport>.Empty;
        await Task.WhenAll(_reported.Except(reports.Keys).Select(Leave));
        _reported = [.. reports.Keys];
        await Task.WhenAll(reports.Select(report => Tell(report.Key, report.Value, cancellation)));
    }

    private async Task Tell(string model, WorkerReport report, CancellationToken cancellation)
    {
        try
        {
            await grains.GetGrain<IPool>(model).Heartbeat(report).AsTask().Within(Patience, TimeProvider.System, cancellation);
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
            await grains.GetGrain<IPool>(model).Leave(worker).AsTask().Within(Patience, TimeProvider.System);
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
