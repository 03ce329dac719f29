using Marten;
using Platform.Contracts.Generations;
using Platform.Eventing.Usage;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class UsageRollupTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PostgresServer.CreateDatabase();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Cubes_equal_the_events_after_a_load_of_every_outcome()
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        var load = Load(3000);
        await Task.WhenAll(load.Select(l => host.Record(l.Figures, l.Outcome)));

        var report = await host.CaughtUp();

        Assert.Empty(report.Differences);
        Assert.Equal(Sum(load), report.Total);
    }

    [Fact]
    public async Task Cubes_equal_the_events_when_the_leader_was_restarted_and_cut_off_mid_way()
    {
        await using var recorder = await LedgerHost.Start(_database);
        var load = Load(4000);
        var recording = Task.WhenAll(load.Select(l => recorder.Record(l.Figures, l.Outcome)));
        for (var i = 0; i < 3; i++)
        {
            await using var passing = await LedgerHost.Start(_database, leader: true);
            var before = await Eventually.Holds(() => Position(recorder), _ => true);
            await Eventually.Holds(() => Position(recorder), position => position > before || recording.IsCompleted);
            await _database.TerminateConnections();
        }

        await recording;
        await using var last = await LedgerHost.Start(_database, leader: true);
        var report = await last.CaughtUp();

        Assert.Empty(report.Differences);
        Assert.Equal(Sum(load), report.Total);
    }

    [Fact]
    public async Task A_rebuild_gives_the_same_cubes()
    {
        var load = Load(2000);
        await using (var host = await LedgerHost.Start(_database, leader: true))
        {
            await Task.WhenAll(load.Select(l => host.Record(l.Figures, l.Outcome)));
            await host.CaughtUp();
        }

        await using var rebuilder = await LedgerHost.Start(_database);
        await rebuilder.Execute(
            "update ledger.usage_hour set requests = 0; insert into ledger.usage_day select now(), '', '', '', '', '', '', 1, 1, 1, 1, 1, 1, 1");
        using (var daemon = await rebuilder.Get<IDocumentStore>().BuildProjectionDaemonAsync())
            await daemon.RebuildProjectionAsync(UsageRollupProjection.Name, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        var report = await rebuilder.Get<LedgerVerifier>().Verify(TestContext.Current.CancellationToken);
        Assert.Empty(report.Differences);
        Assert.Equal((Sum(load), report.Head), (report.Total, report.Sequence));
    }

    [Theory]
    [InlineData("update ledger.usage_hour set output_tokens = output_tokens + 1", BucketWidth.Hour)]
    [InlineData("delete from ledger.usage_minute", BucketWidth.Minute)]
    [InlineData("update ledger.usage_day set project_id = 'proj_b'", BucketWidth.Day)]
    public async Task A_falsified_cube_is_found(string falsification, BucketWidth width)
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        await host.Record(Some.Figures());
        Assert.True((await host.CaughtUp()).Agrees);

        await host.Execute(falsification);

        var report = await host.Get<LedgerVerifier>().Verify(TestContext.Current.CancellationToken);
        Assert.Equal(width, Assert.Single(report.Differences.Select(d => d.Width).Distinct()));
    }

    [Fact]
    public async Task Usage_is_visible_within_a_moment()
    {
        await using var host = await LedgerHost.Start(_database, leader: true);
        await Eventually.Holds(() => host.Leads);
        await host.Record(Some.Figures());
        await host.CaughtUp();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 15; i++)
        {
            var appended = await host.Record(Some.Figures());
            var began = TimeProvider.System.GetTimestamp();
            await Eventually.Holds(() => Position(host), position => position >= appended.Sequence);
            waits.Add(TimeProvider.System.GetElapsedTime(began));
        }

        Assert.InRange(waits.Order().ElementAt(7).TotalMilliseconds, 0, 1000);
    }

    [Fact]
    public async Task Buckets_are_cut_in_utc_whatever_the_time_zone_of_the_database()
    {
        await using (var server = await LedgerHost.Start(_database)) await server.Execute($"alter database {_database.Name} set timezone = 'Asia/Kathmandu'");
        await using var host = await LedgerHost.Start($"{_database.ConnectionString};Timezone=America/New_York", leader: true);
        var recorded = DateTimeOffset.UtcNow;
        await host.Record(Some.Figures(DateTimeOffset.Parse("2025-03-09T23:59:59.999-05:00")));

        Assert.Empty((await host.CaughtUp()).Differences);

        foreach (var (width, bucket) in ((string, string)[])[("minute", "2025-03-10T04:59Z"), ("hour", "2025-03-10T04:00Z"), ("day", "2025-03-10T00:00Z")])
            Assert.Equal(DateTimeOffset.Parse(bucket).UtcDateTime, await host.Scalar<DateTime>($"select bucket from ledger.usage_{width}"));
        var stored = await host.Scalar<DateTime>("select timestamp from ledger.mt_events");
        Assert.InRange(stored, recorded.UtcDateTime.AddSeconds(-5), recorded.UtcDateTime.AddSeconds(60));
    }

    private static async Task<long> Position(LedgerHost host)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        return (await UsagePosition.Read(connection, CancellationToken.None)).Rollup;
    }

    /// <summary>Spread over two days, three projects, keys, users, models and tiers.</summary>
    private static List<(GenerationFigures Figures, Outcome Outcome)> Load(int count)
    {
        var random = new Random(count);
        var start = new DateTimeOffset(2025, 6, 30, 22, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(0, count).Select(_ => (
            Some.Figures(start.AddMinutes(random.Next(180))) with
            {
                ProjectId = $"proj_{random.Next(3)}",
                KeyId = $"key_{random.Next(3)}",
                UserId = random.Next(2) == 0 ? "" : $"user_{random.Next(3)}",
                Model = $"model_{random.Next(2)}",
                ServiceTier = random.Next(2) == 0 ? "default" : "flex",
                PromptTokens = random.Next(10_000),
                CachedTokens = random.Next(100),
                CompletionTokens = random.Next(1000),
                CostMicros = random.NextInt64(1L << 40),
                VideoFrames = random.Next(100),
                VideoMillis = random.Next(10_000),
            },
            (Outcome)random.Next(3)))];
    }

    private static UsageSums Sum(List<(GenerationFigures Figures, Outcome Outcome)> load) => new(
        load.Count, load.Count(l => l.Outcome == Outcome.Failed), load.Count(l => l.Outcome == Outcome.Cancelled),
        load.Sum(l => (long)l.Figures.PromptTokens),
        load.Sum(l => (long)l.Figures.CachedTokens), load.Sum(l => (long)l.Figures.CompletionTokens), load.Sum(l => l.Figures.CostMicros), load.Sum(l => (long)l.Figures.VideoFrames), load.Sum(l => l.Figures.VideoMillis));
}
