using Marten;
using Marten.Services;
using Platform.Eventing.Generations;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public class LateCommitTests
{
    /// <summary>The store skips a gap in the sequence after three seconds, but not while a transaction is open that may fill it.</summary>
    [Fact]
    public async Task An_append_that_commits_long_after_its_successors_is_counted()
    {
        await using var database = await PostgresServer.CreateDatabase();
        await using var host = await LedgerHost.Start(database, leader: true);
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var held = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var session = host.Get<IDocumentStore>().LightweightSession(SessionOptions.ForTransaction(held));
        session.Events.Append("late", 1, [new GenerationCompleted(Some.Figures())]);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 10; i++) await host.Record(Some.Figures());

        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        await held.CommitAsync(TestContext.Current.CancellationToken);

        var report = await host.CaughtUp();
        Assert.Equal(11, report.Total.Requests);
        Assert.Empty(report.Differences);
    }
}
