using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Platform.Contracts.Generations;
using Platform.Eventing;
using Platform.Eventing.Answers;
using Platform.Eventing.Content;
using Platform.Eventing.Usage;
using Platform.Fixtures;
using Platform.Messaging.InProcess;

namespace Platform.Ledger.Tests;

/// <summary>The ledger as one process composes it: real database, real silo.</summary>
public sealed class DirectLedgerTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private IHost _host = null!;

    private IGenerationLedger Ledger => _host.Services.GetRequiredService<IGenerationLedger>();

    private Told Told => _host.Services.GetRequiredService<Told>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new($"{EventingOptions.Section}:ConnectionString", _database.ConnectionString)]);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort.Next(), FreePort.Next()));
        builder.Services.AddSingleton<Told>();
        builder.AddEventing();
        builder.AddInProcessMessaging();
        builder.AddLedger();
        _host = builder.Build();
        await _host.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_record_is_an_event_content_usage_and_a_settlement()
    {
        var finished = Finished("proj_a");

        await Ledger.Record(finished, Cancellation);

        Assert.NotNull(await _host.Services.GetRequiredService<ContentReader>().Read(finished.Figures.GenerationId, Cancellation));
        await Eventually.Holds(() => Told.Of("proj_a").Any());
        var told = Assert.Single(Told.Of("proj_a"));
        Assert.Equal((finished.Figures.GenerationId, finished.Figures.KeyId, 18, 21, finished.Figures.FinishedAt), (told.GenerationId, told.KeyId, told.Amount.Tokens, told.Amount.CostMicros, told.FinishedAt));
        var spent = await Eventually.Holds(() => _host.Services.GetRequiredService<SpentReader>().ReadAsync("proj_a", Cancellation), s => s.Sequence > 0);
        Assert.Equal((told.Sequence, new SpentByKey(finished.Figures.KeyId, 18, 21)), (spent.Sequence, spent.Keys.Single()));
    }

    [Fact]
    public async Task Recording_twice_bills_once_and_settles_under_the_same_sequence_number()
    {
        var finished = Finished("proj_twice");

        await Task.WhenAll(Ledger.Record(finished, Cancellation), Ledger.Record(finished, Cancellation));
        await Ledger.Record(finished, Cancellation);

        await Eventually.Holds(() => Told.Of("proj_twice").Count() == 3);
        Assert.Single(Told.Of("proj_twice").Select(t => t.Sequence).Distinct());
        var report = await Eventually.Holds(() => _host.Services.GetRequiredService<LedgerVerifier>().Verify(Cancellation), r => r.Sequence == r.Head);
        Assert.Equal((1, true), (report.Total.Requests, report.Agrees));
    }

    [Fact]
    public async Task What_nobody_has_stored_yet_stands_among_the_stored_answers()
    {
        var finished = Finished("proj_late") with { Unstored = true };

        await Ledger.Record(finished, Cancellation);
        await Ledger.Record(finished, Cancellation);
        await Ledger.Record(Finished("proj_late"), Cancellation);

        var unwritten = await _host.Services.GetRequiredService<StoredAnswers>().List(new("proj_late", StoredAnswer.UnwrittenChat, null, new Dictionary<string, string>(), null, 10, false), Cancellation);
        Assert.Equal([finished.Figures.GenerationId], unwritten.Select(answer => answer.Id));
    }

    [Fact]
    public async Task Settlements_go_out_many_at_once_and_to_each_project_its_own()
    {
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Ledger.Record(Finished($"proj_{i % 3}", content: false), Cancellation)));

        await Eventually.Holds(() => Told.Calls.Sum(c => c.Recorded.Count) == 600);
        for (var i = 0; i < 3; i++) Assert.Equal(200, Told.Of($"proj_{i}").Select(t => t.Sequence).Distinct().Count());
        Assert.InRange(Told.Calls.Count, 3, 300);
    }

    [Fact]
    public async Task A_quota_that_fails_is_told_again()
    {
        Told.FailNext(2);
        await Ledger.Record(Finished("proj_a"), Cancellation);
        await Eventually.Holds(() => Told.Of("proj_a").Any());
    }

    [Fact]
    public async Task A_quota_that_stays_away_keeps_nobody_waiting()
    {
        Told.FailNext(int.MaxValue);
        await Ledger.Record(Finished("proj_away"), Cancellation).WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
        var spent = await Eventually.Holds(() => _host.Services.GetRequiredService<SpentReader>().ReadAsync("proj_away", Cancellation), s => s.Sequence > 0);
        Assert.Equal(18, spent.Keys.Sum(key => key.Tokens));
    }

    [Fact]
    public async Task Shutdown_tells_what_is_queued()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Ledger.Record(Finished("proj_end", content: false), Cancellation)));
        await _host.StopAsync(Cancellation);
        Assert.Equal(300, Told.Of("proj_end").Count());
    }

    private static GenerationFinished Finished(string project, bool content = true) => new(
        Outcome.Completed,
        new GenerationFigures
        {
            GenerationId = PublicId.New("chatcmpl-"),
            Kind = "chat",
            ProjectId = project,
            KeyId = "key_a",
            Model = "model_a",
            RequestedModel = "model_a",
            StartedAt = DateTimeOffset.UtcNow.AddSeconds(-1),
            FinishedAt = DateTimeOffset.UtcNow,
            PromptTokens = 11,
            CompletionTokens = 7,
            CostMicros = 21,
        },
        content ? new GenerationContent { Request = "{}", Choices = [new("hello", [1, 2], [3, 4])] } : null);
}
