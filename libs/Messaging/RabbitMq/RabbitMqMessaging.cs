using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;

namespace Platform.Messaging.RabbitMq;

public static class RabbitMqMessaging
{
    /// <summary>Many processes: MassTransit on RabbitMQ for commands, RabbitMQ.Client for frames.</summary>
    public static IHostApplicationBuilder AddRabbitMqMessaging(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var options = RabbitMqOptions.From(builder.Configuration);
        services.TryAddSingleton(options);
        services.AddBus(bus => bus.UsingRabbitMq((_, transport) => transport.Host(options.Uri, host => host.Heartbeat(RabbitMqConnection.Heartbeat))));
        services.AddBusDefaults();
        services.Configure<MassTransitHostOptions>(host => host.StartTimeout = null); // processes may start in any order

        services.AddSingleton<IWorkerQueues, RabbitMqQueues>();
        services.AddSingleton<Jobs.IJobQueues, RabbitMqJobs>();
        services.AddSingleton<RunDispatcher>();

        services.AddSingleton<RabbitMqConnection>();
        services.AddSingleton<RabbitMqInbox>();
        services.AddSingleton<RabbitMqSender>();
        services.AddSingleton<IFrameInbox>(provider => provider.GetRequiredService<RabbitMqInbox>());
        services.AddSingleton<IFrameSender>(provider => provider.GetRequiredService<RabbitMqSender>());
        services.AddHostedService(provider => provider.GetRequiredService<RabbitMqConnection>());
        services.AddHostedService(provider => provider.GetRequiredService<RabbitMqInbox>());
        services.AddHostedService(provider => provider.GetRequiredService<RabbitMqSender>());
        return builder;
    }
}
