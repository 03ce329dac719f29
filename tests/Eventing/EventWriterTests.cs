using Marten;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Eventing.Content;
using Platform.Eventing.Generations;
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
        Assert.All(answers.Where(a => a.Outcome != AppendOutcome.Appended), a => Assert.Equal(new(AppendOutcome.AlreadyThere, first.Sequence), a));
        Assert.Equal(46, await _host.Scalar<long>("select count(*) from ledger.mt_events"));
    }

    [Fact]
    public async Task Neighbours_of_an_event_the_database_refuses_are_appended()
    {
        var refused = Some.Figures() with { Worker = "nul\0" };
        var batch = Enumerable.Range(0, 30).Select(i => i == 17 ? refused : Some.Figures()).Select(f => _host.Record(f)).ToArray();

        await Assert.ThrowsAsync<AppendRefusedException>(() => batch[17]);

        await Task.WhenAll(batch.Where((_, i) => i != 17));
        Assert.Equal(29, await _host.Scalar<long>("select count(*) from ledger.mt_events"));
    }

    [Fact]
    public async Task What_clients_may_put_into_names_is_never_refused()
    {
        var figures = Some.Figures() with { UserId = "a\0b\ud800c'\"\\", RequestedModel = "\0" };
        await _host.Record(figures, Outcome.Failed);
        Assert.Equal("\uFFFD", await _host.Scalar<string>("select data -> 'figures' ->> 'requested_model' from ledger.mt_events"));
    }

    [Fact]
    public async Task An_outage_loses_nothing_and_doubles_nothing()
    {
        var load = Enumerable.Range(0, 1500).Select(_ => _host.Record(Some.Figures(), content: new() { Request = "{}" })).ToArray();
        await Task.WhenAny(load);

        await _database.AllowConnections(false);
        for (var i = 0; i < 3; i++) await _database.TerminateConnections();
        Assert.False(load.All(t => t.IsCompleted), "the load was over before the outage");
        await Eventually.Holds(() => _host.Logs.All.Contains("Append failed"));
        await _database.AllowConnections(true);

        var answers = await Task.WhenAll(load);
        Assert.DoesNotContain(answers, a => a.Outcome == AppendOutcome.Conflict);
        Assert.Equal(1500, await _host.Scalar<long>("select count(*) from ledger.mt_events"));
        Assert.Equal(1500, await _host.Scalar<long>("select count(*) from ledger.generation_content"));
    }

    [Fact]
    public async Task A_stream_that_went_on_meanwhile_is_a_conflict()
    {
        var figures = Some.Figures();
        await _host.Record(figures);
        var second = new StreamAppend(figures.GenerationId, 1, [new GenerationCompleted(figures)]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _host.Writer.Append(second, TestContext.Current.CancellationToken)));

        Assert.Single(answers, a => a.Outcome == AppendOutcome.Appended);
        Assert.Equal(4, answers.Count(a => a.Outcome == AppendOutcome.Conflict));
        Assert.Equal(2, await _host.Scalar<long>("select version from ledger.mt_streams"));
    }

    [Fact]
    public async Task Disposal_saves_what_is_queued()
    {
        var load = Enumerable.Range(0, 1000).Select(_ => _host.Record(Some.Figures())).ToArray();
        await _host.Writer.DisposeAsync();
        Assert.All(await Task.WhenAll(load), a => Assert.Equal(AppendOutcome.Appended, a.Outcome));
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => _host.Record(Some.Figures()));
    }

    [Fact]
    public async Task Disposal_during_an_outage_ends_and_tells_those_who_wait()
    {
        await using var writer = new EventWriter(_host.Get<IDocumentStore>(), _host.Database, _host.Get<ContentTable>(), _host.Get<ILogger<EventWriter>>())
        {
            DrainTime = TimeSpan.FromMilliseconds(200),
        };
        await _database.AllowConnections(false);
        await _database.TerminateConnections();
        var figures = Some.Figures();
        var append = writer.Append(new StreamAppend(figures.GenerationId, 0, [new GenerationCompleted(figures)]), TestContext.Current.CancellationToken);

        await writer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => append);
        await _database.AllowConnections(true);
    }

    [Fact]
    public async Task A_caller_who_leaves_takes_nobody_with_him()
    {
        using var leaving = new CancellationTokenSource();
        var figures = Some.Figures();
        var left = _host.Writer.Append(new StreamAppend(figures.GenerationId, 0, [new GenerationCompleted(figures)]), leaving.Token);
        await leaving.CancelAsync();
        await _host.Record(Some.Figures());
        _ = await Record.ExceptionAsync(() => left);
        Assert.Equal(AppendOutcome.Appended, (await _host.Record(Some.Figures())).Outcome);
    }
}
