using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class UsageReaderTests(UsageReaderTests.Recorded recorded) : IClassFixture<UsageReaderTests.Recorded>
{
    private static readonly DateTimeOffset Noon = new(2025, 4, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly UsageQuery Days = new(Noon.AddDays(-30), Noon.AddDays(30), BucketWidth.Day);

    public static TheoryData<UsageQuery, int> Filters => new()
    {
        { Days, 1 + 2 + 4 + 8 + 16 },
        { Days with { Kinds = ["chat"] }, 1 + 2 + 4 + 8 },
        { Days with { Kinds = ["embedding"] }, 16 },
        { Days with { Projects = ["proj_a"] }, 1 + 2 + 16 },
        { Days with { Projects = ["proj_a", "proj_b"], Users = ["user_b"] }, 2 + 8 + 16 },
        { Days with { Keys = ["key_b"] }, 4 + 8 },
        { Days with { Models = ["model_b"] }, 8 },
        { Days with { Models = ["model_b"], Projects = ["proj_a"] }, 0 },
        { Days with { Users = ["'; drop table ledger.usage_day; --"] }, 0 },
    };

    [Theory]
    [MemberData(nameof(Filters), DisableDiscoveryEnumeration = true)]
    public async Task A_filter_keeps_what_it_names(UsageQuery query, int inputTokens)
    {
        var rows = await Read(query);
        Assert.Equal(inputTokens, rows.Sum(r => r.InputTokens));
        Assert.All(rows, r => Assert.Equal((null, null, null, null, null), (r.ProjectId, r.UserId, r.KeyId, r.Model, r.ServiceTier)));
    }

    public static TheoryData<string, string[]> Groups => new()
    {
        { "project_id", ["proj_a 19", "proj_b 12"] },
        { "user_id", ["user_a 5", "user_b 26"] },
        { "api_key_id", ["key_a 19", "key_b 12"] },
        { "model", ["model_a 23", "model_b 8"] },
        { "service_tier", ["default 15", "flex 16"] },
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task A_group_is_summed_on_its_own(string group, string[] expected)
    {
        var rows = await Read(Days with { GroupBy = [group] });
        var sums = rows.GroupBy(r => r.ProjectId ?? r.UserId ?? r.KeyId ?? r.Model ?? r.ServiceTier)
            .Select(g => $"{g.Key} {g.Sum(r => r.InputTokens)}").Order();
        Assert.Equal(expected, sums);
        Assert.All(rows, r => Assert.Single((string?[])[r.ProjectId, r.UserId, r.KeyId, r.Model, r.ServiceTier], id => id is not null));
    }

    [Fact]
    public async Task Groups_combine()
    {
        var rows = await Read(Days with { GroupBy = ["model", "project_id"], End = Noon.AddHours(12) });
        Assert.Equal(["proj_a model_a 3", "proj_b model_a 4", "proj_b model_b 8"], rows.Select(r => $"{r.ProjectId} {r.Model} {r.InputTokens}"));
    }

    [Fact]
    public async Task An_unknown_group_is_named()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Read(Days with { GroupBy = ["model", "colour"] }));
        Assert.Contains("'colour'", error.Message);
    }

    [Fact]
    public async Task Buckets_come_in_order_from_the_cut_down_start_to_before_the_end()
    {
        var minutes = await Read(new UsageQuery(Noon.AddSeconds(59), Noon.AddMinutes(2), BucketWidth.Minute));
        Assert.Equal([(Noon, 1), (Noon.AddMinutes(1), 2)], minutes.Select(r => (r.Bucket, (int)r.InputTokens)));

        var hours = await Read(new UsageQuery(Noon.AddMinutes(30), Noon.AddHours(2), BucketWidth.Hour));
        Assert.Equal([(Noon, 1 + 2 + 4), (Noon.AddHours(1), 8)], hours.Select(r => (r.Bucket, (int)r.InputTokens)));

        var days = await Read(Days);
        Assert.Equal([(Noon.AddHours(-12), 15), (Noon.AddHours(12), 16)], days.Select(r => (r.Bucket, (int)r.InputTokens)));
    }

    [Fact]
    public async Task A_row_has_every_sum()
    {
        var row = Assert.Single(await Read(new UsageQuery(Noon, Noon.AddHours(1), BucketWidth.Hour)));
        Assert.Equal((3, 7, 3, 21, 700), (row.Requests, row.InputTokens, row.CachedTokens, row.OutputTokens, row.CostMicros));
    }

    private Task<IReadOnlyList<UsageRow>> Read(UsageQuery query) => recorded.Host.Get<UsageReader>().Read(query, TestContext.Current.CancellationToken);

    /// <summary>Five generations whose input tokens are powers of two, so that a sum tells who is in it.</summary>
    public sealed class Recorded : IAsyncLifetime
    {
        private TestDatabase _database = null!;

        internal LedgerHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _database = await PostgresServer.CreateDatabase();
            Host = await LedgerHost.Start(_database, leader: true);
            await Record(Noon, "proj_a", "key_a", "user_a", "model_a", 1);
            await Record(Noon.AddMinutes(1.9), "proj_a", "key_a", "user_b", "model_a", 2, outcome: Outcome.Cancelled);
            await Record(Noon.AddMinutes(2), "proj_b", "key_b", "user_a", "model_a", 4, outcome: Outcome.Failed);
            await Record(Noon.AddHours(1), "proj_b", "key_b", "user_b", "model_b", 8);
            await Record(Noon.AddHours(12), "proj_a", "key_a", "user_b", "model_a", 16, "embedding", "flex");
            await Host.CaughtUp();
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await _database.DisposeAsync();
        }

        private Task<Appended> Record(
            DateTimeOffset at, string project, string key, string user, string model, int tokens,
            string kind = "chat", string tier = "default", Outcome outcome = Outcome.Completed) =>
            Host.Record(
                Some.Figures(at) with
                {
                    ProjectId = project, KeyId = key, UserId = user, Model = model, Kind = kind, ServiceTier = tier,
                    PromptTokens = tokens, CachedTokens = 1, CompletionTokens = 7, CostMicros = tokens * 100,
                },
                outcome);
    }
}
