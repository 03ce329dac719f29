using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class EventWriterTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private LedgerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _host = await LedgerHost.Start(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_generation_recorded_twice_at_once_is_there_once()
    {
        var figures = Some.Figures();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _host.Record(figures)));

        Assert.Single(answers, a => a.Outcome == AppendOutcome.Appended);
        Assert.Equal(19, answers.Count(a => a.Outcome == AppendOutcome.AlreadyThere));
        Assert.Single(answers.Select(a => a.Sequence).Distinct());
        Assert.Equal(1, await _host.Scalar<long>("select count(*) from ledger.mt_events"));
    }

    [Fact]
    public async Task The_answer_carries_the_events_global_sequence_number()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => _host.Record(Some.Figures())));
        Assert.Equal(300, answers.Select(a => a.Sequence).Distinct().Count());
        var figures = Some.Figures();
        var appended = await _host.Record(figures);
        Assert.Equal(appended.Sequence, await _host.Scalar<long>($"select seq_id from ledger.mt_events where stream_id = '{figures.GenerationId}'"));
    }

    [Fact]
    public async Task Neighbours_of_a_duplicate_are_appended()
    {
        var known = Some.Figures();
        var first = await _host.Record(known);

        var batch = Enumerable.Range(0, 50).Select(i => i % 10 == 3 ? known : Some.Figures()).ToArray();
        var answers = await Task.WhenAll(batch.Select(f => _host.Record(f)));

        Assert.Equal(45, answers.Count(a => a.Outcome == AppendOutcome.Appended));
        Assert.All(answers.Where(a => a.Outcome != AppendOutcome.Appended), a => Assert.Equal((AppendOutcome.AlreadyThere, first.Sequence), (a.Outcome, a.Sequence)));
        Assert.Equal(46, await _host.Scalar<long>("select count(*) from ledger.mt_events"));
    }
}
