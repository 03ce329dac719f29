using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Blobs;
using Platform.Contracts.Generations;
using Platform.Eventing;
using Platform.Ledger.Recording;
using Platform.Ledger.Videos;
using Platform.Ledger.Webhooks;
using Platform.Messaging.Ledger;

namespace Platform.Ledger;

public static class LedgerRegistration
{
    /// <summary>Records generations and may lead the projections. Needs <c>AddEventing</c> and the grain factory of a silo or client.</summary>
    public static IHostApplicationBuilder AddLedger(this IHostApplicationBuilder builder)
    {
        builder.AddProjectionLeader();
        builder.Services.AddSingleton<QuotaSettlement>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<QuotaSettlement>());
        builder.Services.AddSingleton<IGenerationLedger, DirectLedger>();
        return builder;
    }

    /// <summary>The ledger in a process of its own: records what is in its queue.</summary>
    public static IHostApplicationBuilder AddQueuedLedger(this IHostApplicationBuilder builder)
    {
        builder.AddLedger();
        builder.Services.AddHostedService<Retelling>();
        return builder.AddLedgerQueueReader();
    }

    /// <summary>Sends jobs again that stand still, throws away what has expired, tells webhooks. Needs <c>AddCatalog</c>, <c>AddEventing</c>, the grain factory of a silo or client and a messaging composition.</summary>
    public static IHostApplicationBuilder AddUpkeep(this IHostApplicationBuilder builder)
    {
        builder.AddBlobs();
        builder.Services.AddHostedService<VideoSweeper>();
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section)
            .Validate(options => options.FirstPause > TimeSpan.Zero, $"{WebhookOptions.Section}:FirstPause must be more than nothing.")
            .Validate(options => options.Timeout > TimeSpan.Zero, $"{WebhookOptions.Section}:Timeout must be more than nothing.")
            .Validate(options => options.MostAttempts >= 1, $"{WebhookOptions.Section}:MostAttempts must be at least 1.").ValidateOnStart();
        builder.Services.AddHostedService<WebhookSender>();
        return builder;
    }
}
