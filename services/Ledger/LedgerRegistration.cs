using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Contracts.Generations;
using Platform.Eventing;
using Platform.Ledger.Recording;

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
}
