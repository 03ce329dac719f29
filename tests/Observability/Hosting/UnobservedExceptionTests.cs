using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Fixtures;

namespace Platform.Observability.Tests.Hosting;

public sealed class UnobservedExceptionTests
{
    [Fact]
    public async Task What_a_task_threw_and_nobody_awaited_is_logged_as_an_error_while_the_service_runs()
    {
        var log = new LogBook();
        var builder = Host.CreateApplicationBuilder();
        builder.AddPlatformDefaults("test");
        builder.Services.AddSingleton<ILoggerProvider>(log);
        using (var host = builder.Build())
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            Forget("of a running service");
            await Eventually.Holds(() => Collected() && log.Errors.Any(error => error.Contains("of a running service", StringComparison.Ordinal)));
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        var before = log.Errors.Count;
        var heard = new TaskCompletionSource();
        TaskScheduler.UnobservedTaskException += (_, _) => heard.TrySetResult();
        Forget("of one that has ended");
        await Eventually.Holds(() => Collected() && heard.Task.IsCompleted);
        Assert.Equal(before, log.Errors.Count);
    }

    /// <summary>Apart, so that no local of a caller holds the task.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(string message)
    {
        var task = Task.Run(() => throw new InvalidOperationException(message));
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
    }

    private static bool Collected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return true;
    }

    private sealed class LogBook : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Errors.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
