using JasperFx.Events.Daemon;
using Marten;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Eventing.Content;
using Platform.Eventing.Database;
using Platform.Eventing.Usage;
using Prometheus;

namespace Platform.Eventing.Projections;

/// <summary>
/// Runs the projections on whichever replica holds a session-level advisory lock (Marten's own election does not start with this driver version),
/// and what else one of them has to do: partitions ahead of time, the lag.
/// </summary>
internal sealed partial class ProjectionLeader(
    IDocumentStore store, ConnectionStrings connections, ContentTable content, TimeProvider time, ILogger<ProjectionLeader> log) : BackgroundService
{
    private const long Lock = 0x6c65_6467_6572_0002;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1);
    private static readonly Gauge Lag = Metrics.CreateGauge("platform_projection_lag_events", "Events appended but not yet in the usage rollup.");

    public bool Leads { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connections.Unpooled);
                await connection.OpenAsync(stoppingToken);
                if (await TryLock(connection, stoppingToken)) await Lead(connection, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.LostLeadership(log, e);
            }

            await Task.Delay(Beat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Lead(NpgsqlConnection connection, CancellationToken stopping)
    {
        using var daemon = await store.BuildProjectionDaemonAsync(logger: log);
        try
        {
            await daemon.StartAllAsync();
            Leads = true;
            Log.Leading(log);
            await Watch(daemon, connection, stopping);
        }
        finally
        {
            Leads = false;
            await Stop(daemon);
        }
    }

    /// <summary>Each beat proves that the session, and so the lock, is still there, and that the projections move. Throws when not.</summary>
    private async Task Watch(IProjectionDaemon daemon, NpgsqlConnection connection, CancellationToken stopping)
    {
        var preparedOn = DateOnly.MinValue;
        var (position, moved) = (-1L, time.GetTimestamp());
        while (true)
        {
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            if (today != preparedOn) await content.PrepareAhead(time.GetUtcNow(), stopping);
            preparedOn = today;

            var (rollup, head) = await UsagePosition.Read(connection, stopping);
            Lag.Set(head - rollup);
            if (rollup != position || rollup == head) (position, moved) = (rollup, time.GetTimestamp());
            if (daemon.HasAnyPaused() || !daemon.IsRunning || daemon.IsHighWaterStale) throw new ProjectionStoppedException("a projection has paused");
            if (time.GetElapsedTime(moved) > StallTime)
                throw new ProjectionStoppedException($"the usage rollup has stood at {rollup} of {head} for {StallTime.TotalSeconds} s");
            await Task.Delay(Beat, time, stopping);
        }
    }

    /// <summary>A daemon that can't reach its database may not stop in time; its progress is fenced, so a successor counts nothing twice.</summary>
    private async Task Stop(IProjectionDaemon daemon)
    {
        try
        {
            await daemon.StopAllAsync().WaitAsync(StopTime, time);
        }
        catch (Exception e)
        {
            Log.SlowStop(log, e);
        }
    }

    private static async Task<bool> TryLock(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Leading projections")]
        public static partial void Leading(ILogger log);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Projection leadership lost")]
        public static partial void LostLeadership(ILogger log, Exception reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Projections did not stop in an orderly way")]
        public static partial void SlowStop(ILogger log, Exception reason);
    }
}
