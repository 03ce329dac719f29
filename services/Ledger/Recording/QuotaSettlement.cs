using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Platform.Grains.Quotas;

namespace Platform.Ledger.Recording;

/// <summary>
/// Tells project quotas what was recorded, off the recording's path and many at once, again and again until they answer. What can't be told before the
/// end, or for want of room, is left to the rollup, which a quota reads when it becomes active.
/// </summary>
internal sealed partial class QuotaSettlement(IGrainFactory grains, TimeProvider time, ILogger<QuotaSettlement> log) : BackgroundService
{
    private const int MaxBatch = 512, MostUntold = 65_536;
    private const int LastAttempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(2);

    private readonly Channel<(string ProjectId, RecordedUsage Usage)> _recorded =
        Channel.CreateBounded<(string, RecordedUsage)>(new BoundedChannelOptions(MostUntold) { SingleReader = true });

    /// <summary>By project.</summary>
    private readonly Dictionary<string, List<RecordedUsage>> _untold = [];

    private volatile bool _ending;

    /// <summary>Never waits: when quotas can't keep up, the rollup catches up for them.</summary>
    public void Tell(string projectId, RecordedUsage usage)
    {
        if (!_recorded.Writer.TryWrite((projectId, usage))) Log.LeftToRollup(log, projectId, 1, "the queue takes no more");
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _ending = true;
        _recorded.Writer.TryComplete();
        if (ExecuteTask is { } draining) await draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Ends when <see cref="StopAsync"/> has closed the channel and it is empty.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (pause, lastAttempts) = (FirstPause, 0);
        while (_untold.Count > 0 || await _recorded.Reader.WaitToReadAsync(stoppingToken))
        {
            Collect();
            var failures = await Task.WhenAll(_untold.Select(project => Tell(project.Key, project.Value)));
            foreach (var told in _untold.Keys.Except(failures.OfType<Untold>().Select(failure => failure.ProjectId)).ToList()) _untold.Remove(told);
            if (_untold.Count == 0)
            {
                pause = FirstPause;
                continue;
            }

            if (_ending && ++lastAttempts == LastAttempts)
            {
                foreach (var failure in failures.OfType<Untold>()) Log.LeftToRollup(log, failure.ProjectId, _untold[failure.ProjectId].Count, failure.Reason);
                return;
            }

            if (pause == LongestPause) Log.StillUntold(log, _untold.Count, failures.OfType<Untold>().First().Reason);
            await Task.Delay(pause, time, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Collect()
    {
        var room = Math.Min(MaxBatch, MostUntold - _untold.Values.Sum(project => project.Count));
        for (; room > 0 && _recorded.Reader.TryRead(out var next); room--)
        {
            if (!_untold.TryGetValue(next.ProjectId, out var project)) _untold[next.ProjectId] = project = [];
            project.Add(next.Usage);
        }
    }

    /// <summary>Null once it is told.</summary>
    private async Task<Untold?> Tell(string projectId, List<RecordedUsage> recorded)
    {
        try
        {
            await grains.GetGrain<IProjectQuota>(projectId).Recorded([.. recorded]);
            return null;
        }
        catch (Exception e)
        {
            return new Untold(projectId, e.Message);
        }
    }

    private sealed record Untold(string ProjectId, string Reason);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The quotas of {Projects} projects were not told yet and are tried again: {Reason}")]
        public static partial void StillUntold(ILogger log, int projects, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Quota of project {ProjectId} was not told of {Count} records, its rollup knows them: {Reason}")]
        public static partial void LeftToRollup(ILogger log, string projectId, int count, string reason);
    }
}
