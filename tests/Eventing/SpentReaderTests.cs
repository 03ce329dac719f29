using Platform.Eventing.Usage;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class SpentReaderTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private LedgerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _host = await LedgerHost.Start(_database, leader: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_was_spent_belongs_to_the_sequence_it_is_read_with()
    {
        var load = Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => _host.Record(Some.Figures())));
        var reads = new List<Spent>();
        while (!load.IsCompleted || reads.Count < 5) reads.Add(await Read("proj_a"));
        await load;
        await _host.CaughtUp();
        reads.Add(await Read("proj_a"));

        Assert.True(reads.Select(r => r.Sequence).Distinct().Count() > 2, "the rollup moved in one step");
        foreach (var read in reads.DistinctBy(r => r.Sequence))
        {
            var counted = await _host.Scalar<long>($"select count(*) from ledger.mt_events where seq_id <= {read.Sequence}");
            Assert.Equal((counted * 18, counted * 18), (read.Keys.Sum(key => key.Tokens), read.Keys.Sum(key => key.CostMicros)));
            Assert.All(read.Above, above => Assert.True(above.Sequence > read.Sequence && above is { Tokens: 18, CostMicros: 18, KeyId: "key_a" }));
            Assert.Equal(read.Above.Count, read.Above.Select(above => above.Sequence).Distinct().Count());
        }

        Assert.Contains(reads, read => read.Above.Count > 0);

        Assert.Equal(2000 * 18, reads[^1].Keys.Single().Tokens);
    }

    [Fact]
    public async Task Recent_use_is_told_by_key_and_model_and_spending_by_month()
    {
        var now = DateTimeOffset.UtcNow;
        await _host.Record(Some.Figures(now));
        await _host.Record(Some.Figures(now.AddSeconds(-100)));
        await _host.Record(Some.Figures(now) with { KeyId = "key_b", Model = "model_b" });
        await _host.Record(Some.Figures(now) with { ProjectId = "proj_b" });
        await _host.Record(Some.Figures(now.AddMonths(-1).AddDays(-1)));
        await _host.CaughtUp();

        var spent = await Read("proj_a");

        Assert.Equal([new("key_a", "model_a", 2, 36), new("key_b", "model_b", 1, 18)], spent.Recent.OrderBy(r => r.KeyId));
        Assert.Equal(5, spent.Sequence);
        Assert.Equal(CalendarMonth.Of(now), spent.Month);
        Assert.InRange(spent.Keys.Single(key => key.KeyId == "key_a").Tokens, 18, 36); // the older one may be last month's
        Assert.Equal(new SpentByKey("key_b", 18, 18), spent.Keys.Single(key => key.KeyId == "key_b"));
    }

    [Fact]
    public async Task A_project_without_use_has_spent_nothing()
    {
        var spent = await Read("proj_new");
        Assert.Equal((0, 0, 0), (spent.Sequence, spent.Keys.Count, spent.Recent.Count));
    }

    private Task<Spent> Read(string project) => _host.Get<SpentReader>().ReadAsync(project, TestContext.Current.CancellationToken);
}
