using System.Text.Json;
using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Eventing.Content;
using Platform.Eventing.Usage;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class ContentTests : IAsyncLifetime
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
    public async Task What_was_said_is_read_back_as_it_was()
    {
        var figures = Some.Figures();
        var content = new GenerationContent
        {
            Request = """{"messages":[{"role":"user","content":"naïve \u0000 \ud83d\ude00"}]}""",
            Choices = [new("Grüße\0 😀", [1, 49151, 2], [180_000, 9_000, 8_000]) { Logprobs = [new(-0.25f, [0xc3], [new(-0.125f, [65]), new(float.NegativeInfinity, [0xc3])]), new(-3.4e-5f, [0xbc], []), null] }, new("", [], [])],
        };

        await _host.Record(figures, content: content);

        var stored = await _host.Get<ContentReader>().Read(figures.GenerationId, TestContext.Current.CancellationToken);
        Assert.NotNull(stored);
        Assert.Equal(figures.ProjectId, stored.ProjectId);
        Assert.Equal(content.Request, stored.Content.Request);
        Assert.Equal(content.Choices.Select(c => c.Text), stored.Content.Choices.Select(c => c.Text));
        Assert.Equal(content.Choices.Select(c => c.Tokens), stored.Content.Choices.Select(c => c.Tokens));
        Assert.Equal(content.Choices.Select(c => c.Micros), stored.Content.Choices.Select(c => c.Micros));
        Assert.Equal(JsonSerializer.Serialize(content.Choices.Select(c => c.Logprobs)), JsonSerializer.Serialize(stored.Content.Choices.Select(c => c.Logprobs)));
    }

    [Fact]
    public async Task Without_content_nothing_is_stored()
    {
        var figures = Some.Figures();
        await _host.Record(figures);
        Assert.Null(await _host.Get<ContentReader>().Read(figures.GenerationId, TestContext.Current.CancellationToken));
        Assert.Equal(0, await _host.Scalar<long>("select count(*) from ledger.generation_content"));
    }

    [Fact]
    public async Task Each_month_has_a_partition_also_one_long_past()
    {
        foreach (var finished in (string[])["2019-12-31T23:59:59Z", "2020-01-01T00:00:00.5Z", "2020-02-29T12:00:00+14:00"])
            await _host.Record(Some.Figures(DateTimeOffset.Parse(finished)), content: Said("x"));

        Assert.Equal(2, await _host.Scalar<long>("select count(*) from ledger.generation_content_2019_12"));
        Assert.Equal(1, await _host.Scalar<long>("select count(*) from ledger.generation_content_2020_02"));
    }

    [Fact]
    public async Task This_months_and_the_next_months_partitions_are_there_ahead()
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var month in (DateTimeOffset[])[now, now.AddMonths(1)])
            await Eventually.Holds(() => _host.Scalar<bool>($"select to_regclass('ledger.generation_content_{month:yyyy_MM}') is not null"), there => there);
    }

    [Fact]
    public async Task A_partition_that_retention_dropped_is_made_again_when_something_late_arrives()
    {
        var finished = new DateTimeOffset(2021, 5, 5, 5, 5, 5, TimeSpan.Zero);
        await _host.Record(Some.Figures(finished), content: Said("x"));
        await _host.Execute("drop table ledger.generation_content_2021_05");

        var late = await _host.Record(Some.Figures(finished), content: Said("y"));

        Assert.Equal(AppendOutcome.Appended, late.Outcome);
        Assert.Equal(1, await _host.Scalar<long>("select count(*) from ledger.generation_content_2021_05"));
    }

    [Fact]
    public async Task Deleting_content_leaves_the_figures_untouched()
    {
        foreach (var word in (string[])["one", "two", "three"]) await _host.Record(Some.Figures(), content: Said(word));
        var before = await _host.CaughtUp();

        await _host.Execute("delete from ledger.generation_content");

        var after = await _host.CaughtUp();
        Assert.Equal(before.Total, after.Total);
        Assert.Equal(new UsageSums(3, 0, 0, 33, 9, 21, 54, 0, 0), after.Total);
        Assert.Empty(after.Differences);
    }

    private static GenerationContent Said(string word) =>
        new() { Request = $$"""{"messages":[{"role":"user","content":"{{word}}"}]}""", Choices = [new(word, [1], [1])] };
}
