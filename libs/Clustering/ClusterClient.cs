using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Platform.Clustering;

/// <summary>A process that calls grains and hosts none.</summary>
public static partial class ClusterClient
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>The grain factory of the platform's cluster. The start waits until a silo is there; one that goes and comes back is found again.</summary>
    public static IHostApplicationBuilder AddClusterClient(this IHostApplicationBuilder builder)
    {
        var cluster = ClusterOptions.From(builder.Configuration);
        builder.Services.AddMembershipSchema(cluster);
        builder.Services.AddDatabaseExceptions();
        builder.UseOrleansClient(client => client
            .Configure<Orleans.Configuration.ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster.Id, ClusterOptions.Service))
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (ClusterOptions.Invariant, cluster.ConnectionString))
            // how soon a new silo is found, and how soon one that was lost is tried again
            .Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1))
            .Configure<ConnectionOptions>(o => o.OpenConnectionTimeout = TimeSpan.FromSeconds(2))
            .Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(10)));
        builder.Services.AddSingleton<IClientConnectionRetryFilter, Patience>();
        return builder;
    }

    /// <summary>Processes may start in any order.</summary>
    private sealed partial class Patience(ILogger<Patience> logger) : IClientConnectionRetryFilter
    {
        private bool _told;

        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            if (!_told) Log.NoSilo(logger, exception.GetBaseException().Message);
            _told = true;
            await Task.Delay(Retry, cancellationToken);
            return true;
        }

        private static partial class Log
        {
            [LoggerMessage(1, LogLevel.Warning, "No silo is reached yet; trying on: {Reason}")]
            public static partial void NoSilo(ILogger logger, string reason);
        }
    }
}
