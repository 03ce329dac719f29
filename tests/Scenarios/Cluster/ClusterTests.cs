using System.Collections.Concurrent;
using System.Net;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;

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

    [Fact]
    public async Task What_was_to_be_stored_is_listed_though_its_gateway_has_died()
    {
        using var left = Cluster.Client(0);
        using var client = Cluster.Client(1);
        var request = new { model = TestCatalogue.Slow, messages = new[] { new { role = "user", content = "Hello" } }, temperature = 0, max_tokens = 200, stream = true, store = true, metadata = new { told = "late" } };
        var id = "";
        try
        {
            await foreach (var line in left.Stream(request))
            {
                if (line.Text is null || id.Length > 0) continue;
                id = line.Event!.Value.GetProperty("id").GetString()!;
                await Cluster["gateway-1"].KillAndRestart();
            }
        }
        catch (Exception e) when (id.Length > 0 && e is HttpRequestException or IOException)
        {
            // the connection has died with its gateway
        }

        var listed = await Eventually.Holds(async () => (await client.GetJson("v1/chat/completions?metadata[told]=late")).GetProperty("data"), data => data.GetArrayLength() == 1, TimeSpan.FromSeconds(60));
        Assert.Equal((id, "length"), (listed[0].GetProperty("id").GetString(), listed[0].GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        var whole = await client.Ask(new { model = TestCatalogue.Slow, request.messages, temperature = 0, max_tokens = 200 });
        Assert.Equal(whole.Text, listed[0].GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        _told[id] = StreamLine.UsageOf(listed[0]);
        _told[whole.Id] = whole.Usage;
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
