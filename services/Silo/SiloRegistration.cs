using System.Net;
using System.Net.Sockets;
using Marten;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Platform.Clustering;
using Platform.Observability.Health;
using Platform.Silo.Keys;
using Platform.Silo.Quotas;

namespace Platform.Silo;

/// <summary>The grains of keys, quotas and pools; needs an <c>IDocumentStore</c>.</summary>
public static class SiloRegistration
{
    /// <summary>Grains whose silo is remembered. Orleans makes the table for all of them at once, a million where nothing is said, and its pages become resident one after the other.</summary>
    private const int DirectoryCache = 1 << 16;

    /// <summary>In a cluster of this one process.</summary>
    public static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder) =>
        builder.AddSilo((silo, siloPort, gatewayPort) => silo.UseLocalhostClustering(siloPort, gatewayPort));

    /// <summary>In a cluster with other silos, which gateways and workers are clients of.</summary>
    public static WebApplicationBuilder AddClusteredSilo(this WebApplicationBuilder builder) =>
        builder.AddSilo((silo, siloPort, gatewayPort) => silo.JoinCluster(builder.Configuration, siloPort, gatewayPort));

    private static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder, Func<ISiloBuilder, int, int, ISiloBuilder> join)
    {
        var options = builder.Configuration.GetSection("Platform:Silo").Get<SiloOptions>() ?? new SiloOptions();
        builder.Host.UseOrleans(silo => join(silo, Port(options.SiloPort, nameof(options.SiloPort)), Port(options.GatewayPort, nameof(options.GatewayPort)))
            .Configure<GrainDirectoryOptions>(o => o.CacheSize = DirectoryCache)
            .Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromMinutes(10)));

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks().AddCheck<SiloIsActive>("silo", tags: [PlatformHealth.Ready]);
        builder.Services.ConfigureMarten(SiloDocuments.Register);
        builder.Services.AddApiKeys();
        builder.Services.AddQuotas();
        return builder;
    }

    private static int Port(int configured, string name)
    {
        if (configured is < 0 or > 65535) throw new InvalidOperationException($"Platform:Silo:{name} is {configured}; it must be 0 (any free port) or a TCP port.");
        if (configured != 0) return configured;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
