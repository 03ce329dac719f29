using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Platform.Clustering;

/// <summary>A silo among others, in processes of their own.</summary>
public static class ClusterSilo
{
    private const string AddressKey = "Platform:Silo:Address";

    /// <summary>Joins the platform's cluster through its database. A silo that died without a word is missed after about 4 s, or at once when it comes back on its ports.</summary>
    public static ISiloBuilder JoinCluster(this ISiloBuilder silo, IConfiguration configuration, int siloPort, int gatewayPort)
    {
        var cluster = ClusterOptions.From(configuration);
        var address = ClusterOptions.Address(configuration[AddressKey] ?? "127.0.0.1", AddressKey);
        silo.Services.AddMembershipSchema(cluster);
        silo.Services.AddDatabaseExceptions();
        return silo
            .Configure<Orleans.Configuration.ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster.Id, ClusterOptions.Service))
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (ClusterOptions.Invariant, cluster.ConnectionString))
            .ConfigureEndpoints(address, siloPort, gatewayPort)
            .Configure<ClusterMembershipOptions>(o =>
            {
                o.ProbeTimeout = TimeSpan.FromSeconds(2);
                o.NumMissedProbesLimit = 2;
                o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
                // one that has not signed for so long needs no answer before another may join
                o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
                o.NumMissedTableIAmAliveLimit = 3;
                o.DefunctSiloExpiration = TimeSpan.FromHours(1);
                o.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
            })
            .Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(10));
    }
}
