using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Observability.Health;

namespace Platform.Observability.Hosting;

/// <summary>Says once that the process is ready, where it listens and how long it took.</summary>
internal sealed partial class ReadyLine(HealthCheckService health, IHostApplicationLifetime lifetime, Microsoft.AspNetCore.Hosting.Server.IServer server, ILogger<ReadyLine> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!lifetime.ApplicationStarted.IsCancellationRequested || (await health.CheckHealthAsync(check => check.Tags.Contains(PlatformHealth.Ready), stoppingToken)).Status != HealthStatus.Healthy)
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }

            var addresses = server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses ?? [];
            Log.Ready(logger, string.Join(", ", addresses), (long)(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Ready at {Addresses} after {Milliseconds} ms")]
        public static partial void Ready(ILogger logger, string addresses, long milliseconds);
    }
}
