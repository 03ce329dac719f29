using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Messaging.Frames;
using Platform.Messaging.InProcess;
using Platform.Messaging.Runs;

namespace Platform.Messaging.Tests;

/// <summary>A gateway and a worker that talk over one of the transports.</summary>
public interface ITransport : IAsyncLifetime
{
    IServiceProvider Gateway { get; }
    IServiceProvider Worker { get; }
}

public sealed class InProcessTransport : ITransport
{
    private IHost? _host;

    public IServiceProvider Gateway => _host!.Services;
    public IServiceProvider Worker => _host!.Services;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddInProcessMessaging();
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }
}

internal static class TransportParts
{
    public static RunDispatcher Dispatcher(this ITransport transport) => transport.Gateway.GetRequiredService<RunDispatcher>();
    public static IFrameInbox Inbox(this ITransport transport) => transport.Gateway.GetRequiredService<IFrameInbox>();
    public static IFrameSender Frames(this ITransport transport) => transport.Worker.GetRequiredService<IFrameSender>();
    public static IWorkerQueues Queues(this ITransport transport) => transport.Worker.GetRequiredService<IWorkerQueues>();
}
