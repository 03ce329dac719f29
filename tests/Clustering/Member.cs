using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Platform.Fixtures;

namespace Platform.Clustering.Tests;

/// <summary>A silo or a client of a cluster, as the services compose them.</summary>
internal sealed class Member(IHost host) : IAsyncDisposable
{
    private bool _stopped;

    public IServiceProvider Services => host.Services;

    /// <summary>Who is in the cluster, as a silo tells.</summary>
    public async Task<int> Active()
    {
        try
        {
            return (await Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count;
        }
        catch (OrleansException)
        {
            return 0; // the silo that was asked has gone just now
        }
        catch (TimeoutException)
        {
            return 0;
        }
    }

    public static async Task<Member> Silo(string database, string cluster = "platform")
    {
        var builder = Builder(database, cluster);
        builder.UseOrleans(silo => silo.JoinCluster(builder.Configuration, FreePort.Next(), FreePort.Next()));
        return await Start(builder);
    }

    public static Task<Member> Client(string database, string cluster = "platform")
    {
        var builder = Builder(database, cluster);
        builder.AddClusterClient();
        return Start(builder);
    }

    /// <summary>Says goodbye.</summary>
    public async Task Stop()
    {
        _stopped = true;
        await host.StopAsync();
    }

    /// <summary>Goes without a word, as far as one can within a process.</summary>
    public async Task Crash()
    {
        _stopped = true;
        try
        {
            await host.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // as was asked
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped) await Crash();
        host.Dispose();
    }

    private static HostApplicationBuilder Builder(string database, string cluster)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Platform:Database:ConnectionString"] = database;
        builder.Configuration["Platform:Cluster:Id"] = cluster;
        return builder;
    }

    private static async Task<Member> Start(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        await host.StartAsync();
        return new Member(host);
    }
}
