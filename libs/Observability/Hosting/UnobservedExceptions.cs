using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Observability.Hosting;

/// <summary>Logs what a task threw and nobody awaited: the runtime itself keeps silent about it. What the libraries below leave behind when a broker goes away is told shortly.</summary>
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
        var (reason, text) = (unobserved.Exception.GetBaseException(), unobserved.Exception.ToString());
        if (text.Contains(" at Platform.", StringComparison.Ordinal)) Log.Unobserved(logger, unobserved.Exception);
        else if (text.Contains(" at MassTransit.", StringComparison.Ordinal)) Log.LeftByMassTransit(logger, reason.Message);
        else if (IsClosedTwice(reason)) Log.ClosedTwice(logger, reason.Message);
        else Log.Unobserved(logger, unobserved.Exception);
    }

    /// <summary>MassTransit disposes of a connection as soon as it hears of its end, while RabbitMQ.Client's own loop, whose task only a close awaits, may still be closing it.</summary>
    private static bool IsClosedTwice(Exception reason) =>
        reason is ObjectDisposedException { StackTrace: { } trace } && trace.Contains(" at RabbitMQ.Client.Framing.Connection.MainLoop()", StringComparison.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Nobody awaited a task that failed")]
        public static partial void Unobserved(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "MassTransit left a task that failed: {Reason}")]
        public static partial void LeftByMassTransit(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "RabbitMQ.Client was still closing a connection that had been disposed of: {Reason}")]
        public static partial void ClosedTwice(ILogger logger, string reason);
    }
}
