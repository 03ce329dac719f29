using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public class DatabaseSetupTests
{
    [Fact]
    public async Task Replicas_that_start_at_once_create_the_database_and_its_schema_together()
    {
        await using var server = await PostgresServer.CreateDatabase();
        var absent = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = $"{server.Name} \"new\"" };

        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LedgerHost.Start(absent.ConnectionString)));

        await hosts[0].Record(Some.Figures());
        Assert.Equal(1, await hosts[2].Scalar<long>("select count(*) from ledger.mt_events"));
        foreach (var host in hosts) await host.DisposeAsync();
        await server.Drop(absent.Database);
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for()
    {
        await using var database = await PostgresServer.CreateDatabase();
        await database.AllowConnections(false);
        var starting = LedgerHost.Start(database);
        await Task.WhenAny(starting, Task.Delay(300));
        Assert.False(starting.IsCompleted);

        await database.AllowConnections(true);

        await using var host = await starting;
        await host.Record(Some.Figures());
    }

    [Fact]
    public async Task A_missing_connection_string_is_named()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection();
        builder.AddEventing();
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("Platform:Database:ConnectionString", error.Message);
    }
}
