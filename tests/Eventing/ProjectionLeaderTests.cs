using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class ProjectionLeaderTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PostgresServer.CreateDatabase();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Of_two_one_leads_and_the_other_takes_over()
    {
        await using var first = await LedgerHost.Start(_database, leader: true);
        await Eventually.Holds(() => first.Leads);
        await using var second = await LedgerHost.Start(_database, leader: true);
        await first.Record(Some.Figures());
        await first.CaughtUp();
        Assert.False(second.Leads);

        await first.Stop();
        await Eventually.Holds(() => second.Leads);

        await second.Record(Some.Figures());
        Assert.Equal(2, (await second.CaughtUp()).Total.Requests);
    }

    [Fact]
    public async Task A_leader_that_lost_its_session_leads_again_and_counts_on()
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        for (var i = 1; i <= 3; i++)
        {
            await Eventually.Holds(() => host.Leads);
            await host.Record(Some.Figures());
            await _database.TerminateConnections();
            Assert.Equal(i, (await Eventually.Holds(host.CaughtUp, report => report.Total.Requests == i)).Total.Requests);
        }

        Assert.Empty((await host.CaughtUp()).Differences);
    }

    [Fact]
    public async Task A_projection_that_paused_goes_on_once_the_cause_is_gone()
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        await Eventually.Holds(() => host.Leads);
        await host.Execute("alter table ledger.usage_day rename to usage_away");
        await host.Record(Some.Figures());
        await Eventually.Holds(() => host.Logs.All.Contains("Projection leadership lost"));

        await host.Execute("alter table ledger.usage_away rename to usage_day");

        Assert.Equal(1, (await host.CaughtUp()).Total.Requests);
        Assert.Empty((await host.CaughtUp()).Differences);
    }

    [Fact]
    public async Task A_leader_without_a_database_stops()
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        await Eventually.Holds(() => host.Leads);
        await _database.AllowConnections(false);
        await _database.TerminateConnections();

        await host.Stop();
        await _database.AllowConnections(true);
    }
}
