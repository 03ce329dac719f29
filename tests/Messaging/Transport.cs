using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Fixtures;
using Platform.Messaging.Frames;
using Platform.Messaging.InProcess;
using Platform.Messaging.RabbitMq;
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

    public async ValueTask InitializeAsync() => _host = await Node.Start(builder => builder.AddInProcessMessaging());

    public async ValueTask DisposeAsync() => await Node.Stop(_host);
}

/// <summary>Two hosts and a real broker between them.</summary>
public sealed class RabbitMqTransport : ITransport
{
    private IHost? _gateway, _worker;

    public IServiceProvider Gateway => _gateway!.Services;
    public IServiceProvider Worker => _worker!.Services;

    public async ValueTask InitializeAsync()
    {
        var broker = await RabbitMqServer.Address;
        _gateway = await Start(broker);
        _worker = await Start(broker);
    }

    public async ValueTask DisposeAsync()
    {
        await Node.Stop(_worker);
        await Node.Stop(_gateway);
    }

    internal static Task<IHost> Start(Uri broker) => Node.Start(builder =>
    {
        builder.Configuration["Platform:RabbitMq:Uri"] = broker.ToString();
        builder.AddRabbitMqMessaging();
    });
}

internal static class Node
{
    public static async Task<IHost> Start(Action<HostApplicationBuilder> compose)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        compose(builder);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static async ValueTask Stop(IHost? host)
    {
        if (host is null) return;
        await host.StopAsync();
        host.Dispose();
    }
}

internal static class TransportParts
{
    public static RunDispatcher Dispatcher(this ITransport transport) => transport.Gateway.GetRequiredService<RunDispatcher>();
    public static IFrameInbox Inbox(this ITransport transport) => transport.Gateway.GetRequiredService<IFrameInbox>();
    public static IFrameSender Frames(this ITransport transport) => transport.Worker.GetRequiredService<IFrameSender>();
    public static IWorkerQueues Queues(this ITransport transport) => transport.Worker.GetRequiredService<IWorkerQueues>();
}
