using Microsoft.Extensions.Options;
using Platform.Gateway.Generations;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Draining;

/// <summary>
/// Told to stop, a gateway goes on answering what it has while it refuses what is new; its port stays open until then. What is not done in time leaves:
/// a stream stays with its worker, and its client continues it through another gateway.
/// </summary>
internal sealed partial class Drain(LiveGenerations generations, IOptions<DrainOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Drain> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(50);

    /// <summary>For those that leave to be told so.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    public static readonly ApiError Stopping =
        new(503, "This gateway is stopping. A stream can be continued through another one: GET …/{id}/stream, with the last event's id as Last-Event-ID.", "server_error", null, "gateway_stopping") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static readonly ApiError LedgerFull = ApiError.Unavailable("What is answered can't be recorded at the moment. Please try again later.", TimeSpan.FromSeconds(5));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication(); // a host that is stopped by hand says so only after this
        await UntilIdle(TimeSpan.FromSeconds(options.Value.DrainSeconds), cancellationToken);
        var left = generations.All.ToList();
        if (left.Count == 0) return;
        Log.GenerationsLeave(logger, left.Count);
        await Task.WhenAll(left.Select(one => one.Depart(Stopping)));
        await UntilIdle(LastWords, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task UntilIdle(TimeSpan patience, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (generations.All.Any() && clock.GetElapsedTime(since) < patience) await Task.Delay(NextLook, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Generations} generations were still running when the gateway had to stop")]
        public static partial void GenerationsLeave(ILogger logger, int generations);
    }
}
