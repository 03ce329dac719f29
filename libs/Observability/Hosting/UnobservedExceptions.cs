using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Observability.Hosting;

/// <summary>Logs what a task threw and nobody awaited: the runtime itself keeps silent about it. What MassTransit leaves behind of each try to reach a broker that is away is told shortly.</summary>
internal sealed partial class UnobservedExceptions(ILogger<UnobservedExceptions> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += Tell;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        var text = unobserved.Exception.ToString();
        if (text.Contains(" at MassTransit.", StringComparison.Ordinal) && !text.Contains(" at Platform.", StringComparison.Ordinal)) Log.LeftByMassTransit(logger, unobserved.Exception.GetBaseException().Message);
        else Log.Unobserved(logger, unobserved.Exception);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Nobody awaited a task that failed")]
        public static partial void Unobserved(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "MassTransit left a task that failed: {Reason}")]
        public static partial void LeftByMassTransit(ILogger logger, string reason);
    }
}
