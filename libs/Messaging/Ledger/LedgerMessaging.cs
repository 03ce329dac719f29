using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Platform.Contracts.Generations;
using Platform.Messaging.RabbitMq;

namespace Platform.Messaging.Ledger;

public static class LedgerMessaging
{
    /// <summary>For who makes generations: records go to the ledger's queue.</summary>
    public static IHostApplicationBuilder AddLedgerQueue(this IHostApplicationBuilder builder)
    {
        builder.AddBroker();
        builder.Services.AddSingleton<QueuedLedger>();
        builder.Services.AddSingleton<IGenerationLedger>(provider => provider.GetRequiredService<QueuedLedger>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<QueuedLedger>());
        return builder;
    }

    /// <summary>For the ledger itself: what is in its queue goes to this process's <see cref="IGenerationLedger"/>.</summary>
    public static IHostApplicationBuilder AddLedgerQueueReader(this IHostApplicationBuilder builder)
    {
        builder.AddBroker();
        builder.Services.AddHostedService<LedgerQueueReader>();
        return builder;
    }

    private static void AddBroker(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(RabbitMqOptions.From(builder.Configuration));
        builder.Services.TryAddSingleton(TimeProvider.System);
    }
}
