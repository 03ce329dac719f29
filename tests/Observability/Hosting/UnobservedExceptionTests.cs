using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Fixtures;
using RabbitMQ.Client;

namespace Platform.Observability.Tests.Hosting;

public sealed class UnobservedExceptionTests
{
    [Fact]
    public async Task What_a_task_threw_and_nobody_awaited_is_logged_as_an_error_while_the_service_runs()
    {
        var log = new LogBook();
        using (var host = Service(log))
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

    [Fact]
    public async Task A_connection_that_is_disposed_of_while_it_still_closes_is_no_error()
    {
        var log = new LogBook();
        using var host = Service(log);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(
            async () => (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CloseTwice()))).Length > 0 && Collected(),
            _ => log.Warnings.Any(warning => warning.Contains("still closing a connection", StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
        Assert.Empty(log.Errors);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost Service(LogBook log)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddPlatformDefaults("test");
        builder.Services.AddSingleton<ILoggerProvider>(log);
        return builder.Build();
    }

    /// <summary>As MassTransit does it when the broker closes a connection, here for using a consumer's name twice. Which end comes first is a matter of luck.</summary>
    private static async Task<bool> CloseTwice()
    {
        var factory = new ConnectionFactory { Uri = await RabbitMqServer.Address, AutomaticRecoveryEnabled = false, ContinuationTimeout = TimeSpan.FromSeconds(2) };
        var disposed = new TaskCompletionSource<Task>();
        var connection = await factory.CreateConnectionAsync();
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            disposed.SetResult(Task.Run(() => connection.DisposeAsync().AsTask()));
            return Task.CompletedTask;
        };
        var channel = await connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, "twice", new AsyncDefaultBasicConsumer(channel));
        await Assert.ThrowsAnyAsync<Exception>(() => channel.BasicConsumeAsync(queue.QueueName, autoAck: true, "twice", new AsyncDefaultBasicConsumer(channel)));
        await await disposed.Task;
        return true;
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

        public ConcurrentQueue<string> Warnings { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) (logLevel == LogLevel.Warning ? Warnings : Errors).Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
