using System.Collections.Concurrent;
using System.Net;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>The platform as processes: whatever one of them does, what was answered is recorded and billed once.</summary>
public sealed class ClusterTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, (long Prompt, long Completion)> _told = new();
    private Books _books = null!; // set before the first test
    private int _before;

    private TestCluster Cluster => fixture.Cluster;

    public async ValueTask InitializeAsync()
    {
        await Cluster.Settled();
        _books = await Books.Open(Cluster);
        _before = (await _books.Events()).Count;
    }

    public ValueTask DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task Every_gateway_answers_with_every_worker_and_the_books_agree()
    {
        await Task.WhenAll(Load(0, 60), Load(1, 60));

        await TheBooksAgree();
        var workers = await _books.Pool(TestCatalogue.Fast);
        Assert.Equal((2, 0, 0), (workers.Workers.Count, workers.Granted, workers.Waiting));
    }

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_when_the_ledger_is_killed()
    {
        var load = Task.WhenAll(Load(0, 150), Load(1, 150));
        await Eventually.Holds(() => _told.Count > 50);
        await Cluster["ledger"].KillAndRestart();
        await load;

        await TheBooksAgree();
    }

    [Fact]
    public async Task Answers_go_on_without_a_ledger_and_are_recorded_once_it_is_back()
    {
        await Cluster["ledger"].Terminate();
        await Task.WhenAll(Load(0, 40), Load(1, 40));
        Assert.Equal(_before, (await _books.Events()).Count);

        await Cluster["ledger"].Start();
        await TheBooksAgree();
    }

    [Fact]
    public async Task A_killed_silo_comes_back_and_the_books_agree()
    {
        await Load(0, 20);
        await Cluster["silo-1"].KillAndRestart();
        await Eventually.Holds(() => Answers(0), answered => answered, TimeSpan.FromSeconds(60));
        await Task.WhenAll(Load(0, 20), Load(1, 20));

        await TheBooksAgree();
    }

    private Task TheBooksAgree() => _books.Agree(_before + _told.Count);

    private async Task Load(int gateway, int requests)
    {
        using var client = Cluster.Client(gateway);
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellation) =>
        {
            var answer = await client.Ask(ChatClient.Request(TestCatalogue.Fast, $"Question {i}", 5 + (i % 20), seed: i, n: 1 + (i % 3)), cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            _told[answer.Id] = answer.Usage;
        });
    }

    private async Task<bool> Answers(int gateway)
    {
        using var client = Cluster.Client(gateway);
        var answer = await client.Ask(ChatClient.Request(TestCatalogue.Fast, "Are you there?", 3));
        if (answer.Status == HttpStatusCode.OK) _told[answer.Id] = answer.Usage;
        return answer.Status == HttpStatusCode.OK;
    }
}
