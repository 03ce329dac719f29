using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Messaging;

/// <summary>What both transports have in common.</summary>
internal static class BusDefaults
{
    /// <summary>MassTransit, without its reports of usage to its makers: nothing leaves the platform unasked.</summary>
    public static void AddBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> transport) => services.AddMassTransit(bus =>
    {
        bus.DisableUsageTelemetry();
        transport(bus);
    });

    public static void AddBusDefaults(this IServiceCollection services) =>
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StartTimeout = TimeSpan.FromSeconds(20);
            options.StopTimeout = TimeSpan.FromSeconds(10);
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(5);
        });

    /// <summary>One command at a time and in order; a command that can't be read is logged and dropped, its sender notices by silence.</summary>
    public static void ForCommands(this IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
    }

    /// <summary>A job that can't be read or begun is logged and dropped: its sender sends it again while it stands undone.</summary>
    public static void ForJobs(this IReceiveEndpointConfigurator endpoint, int concurrency)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ConcurrentMessageLimit = concurrency;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
    }
}
