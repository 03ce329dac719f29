using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Platform.Grains.Quotas;

namespace Platform.Ledger.Recording;

/// <summary>
/// Tells project quotas what was recorded, off the recording's path and many at once. What can't be told after a few attempts is left to the rollup,
/// which a quota reads when it becomes active.
/// </summary>
internal sealed partial class QuotaSettlement(IGrainFactory grains, TimeProvider time, ILogger<QuotaSettlement> log) : BackgroundService
{
    private const int MaxBatch = 512;
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly Channel<(string ProjectId, RecordedUsage Usage)> _recorded =
        Channel.CreateBounded<(string, RecordedUsage)>(new BoundedChannelOptions(65_536) { SingleReader = true });

    /// <summary>Never waits: when quotas can't keep up, the rollup catches up for them.</summary>
    public void Tell(string projectId, RecordedUsage usage)
    {
        if (!_recorded.Writer.TryWrite((projectId, usage))) Log.LeftToRollup(log, projectId, 1, "the queue takes no more");
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _recorded.Writer.TryComplete();
        if (ExecuteTask is { } draining) await draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Ends when <see cref="StopAsync"/> has closed the channel and it is empty.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<(string ProjectId, RecordedUsage Usage)>(MaxBatch);
        while (await _recorded.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _recorded.Reader.TryRead(out var next)) batch.Add(next);
            await Task.WhenAll(batch.GroupBy(r => r.ProjectId, r => r.Usage).Select(project => Tell(project.Key, [.. project], stoppingToken)));
        }
    }

    private async Task Tell(string projectId, RecordedUsage[] recorded, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++, pause *= 4)
        {
            try
            {
                await grains.GetGrain<IProjectQuota>(projectId).Recorded(recorded);
                return;
            }
            catch (Exception e) when (attempt == Attempts || cancellation.IsCancellationRequested)
            {
                Log.LeftToRollup(log, projectId, recorded.Length, e.Message);
                return;
            }
            catch (Exception)
            {
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Quota of project {ProjectId} was not told of {Count} records, its rollup knows them: {Reason}")]
        public static partial void LeftToRollup(ILogger log, string projectId, int count, string reason);
    }
}
