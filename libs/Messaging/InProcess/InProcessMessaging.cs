using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;

namespace Platform.Messaging.InProcess;

public static class InProcessMessaging
{
    /// <summary>Everything in one process: MassTransit's in-memory transport for commands, channels for frames.</summary>
    public static IHostApplicationBuilder AddInProcessMessaging(this IHostApplicationBuilder builder)
    {
        builder.Services.AddBus(bus => bus.UsingInMemory((_, transport) => transport.ConcurrentMessageLimit = Environment.ProcessorCount));
        builder.Services.AddBusDefaults();

        builder.Services.AddSingleton<IWorkerQueues, InProcessQueues>();
        builder.Services.AddSingleton<Jobs.IJobQueues, InProcessJobs>();
        builder.Services.AddSingleton<RunDispatcher>();

        builder.Services.AddSingleton<InProcessFrames>();
        builder.Services.AddSingleton<IFrameSender>(services => services.GetRequiredService<InProcessFrames>());
        builder.Services.AddSingleton<IFrameInbox>(services => services.GetRequiredService<InProcessFrames>());
        return builder;
    }
}
