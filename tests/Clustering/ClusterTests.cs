using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Hosting;
using Orleans.Runtime;
using Platform.Fixtures;

namespace Platform.Clustering.Tests;

/// <summary>Silos and clients that find one another in a real PostgreSQL.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private TestDatabase _database = null!; // made before the first test

    public async ValueTask InitializeAsync() => _database = await PostgresServer.CreateDatabase();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_client_that_starts_first_waits_for_a_silo_and_hears_of_the_next()
    {
        var connecting = Member.Client(_database.ConnectionString);
        await using var first = await Member.Silo(_database.ConnectionString);
        await using var client = await connecting.WaitAsync(Soon);
        Assert.Equal(1, await client.Active());

        await using var second = await Member.Silo(_database.ConnectionString);
        await Eventually.Holds(client.Active, active => active == 2, Soon);
    }

    [Fact]
    public async Task A_silo_that_leaves_is_out_at_once_and_the_client_goes_on_with_the_other()
    {
        await using var stays = await Member.Silo(_database.ConnectionString);
        await using var leaves = await Member.Silo(_database.ConnectionString);
        await using var client = await Member.Client(_database.ConnectionString);
        await Eventually.Holds(client.Active, active => active == 2, Soon);

        await leaves.Stop();
        await Eventually.Holds(client.Active, active => active == 1, Soon);
        Assert.Equal((1, 1), (await Silos(SiloStatus.Active), await Silos(SiloStatus.Dead)));
    }

    [Fact]
    public async Task Clusters_of_another_name_share_the_database_and_nothing_else()
    {
        await using var ours = await Member.Silo(_database.ConnectionString, "ours");
        await using var theirs = await Member.Silo(_database.ConnectionString, "theirs");
        await using var client = await Member.Client(_database.ConnectionString, "ours");
        Assert.Equal(1, await client.Active());
    }

    [Fact]
    public async Task A_database_that_is_away_for_a_while_is_told_as_such_and_throws_nobody_out()
    {
        await using var silo = await Member.Silo(_database.ConnectionString);
        await using var client = await Member.Client(_database.ConnectionString);
        await _database.AllowConnections(false);
        await _database.TerminateConnections();
        // the grain that is asked reads the table
        await Assert.ThrowsAnyAsync<DbException>(client.Active);

        await _database.AllowConnections(true);
        await Eventually.Holds(client.Active, active => active == 1, Soon);
        await using var second = await Member.Silo(_database.ConnectionString);
        await Eventually.Holds(client.Active, active => active == 2, Soon);
    }

    [Fact]
    public void Without_a_database_the_setting_is_named()
    {
        var builder = Host.CreateApplicationBuilder();
        var refused = Assert.Throws<InvalidOperationException>(builder.AddClusterClient);
        Assert.Contains("Platform:Database:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_none_is_named_with_its_setting()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["Platform:Database:ConnectionString"] = _database.ConnectionString;
        builder.Configuration["Platform:Silo:Address"] = "here";
        var refused = Assert.Throws<InvalidOperationException>(() => builder.UseOrleans(silo => silo.JoinCluster(builder.Configuration, 1, 2)));
        Assert.Equal("Platform:Silo:Address is here; it must be an IP address.", refused.Message);
    }

    private async Task<int> Silos(SiloStatus status)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("select count(*)::int from orleans.silo where status = $1", connection) { Parameters = { new() { Value = (int)status } } };
        return (int)(await count.ExecuteScalarAsync())!; // a count has a value
    }
}
