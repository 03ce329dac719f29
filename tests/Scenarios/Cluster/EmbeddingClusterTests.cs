using System.Collections.Concurrent;
using Platform.Cli.Up.Cluster;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Embeddings;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>Embeddings over RabbitMQ, from workers that may die.</summary>
public sealed class EmbeddingClusterTests : IAsyncLifetime
{
    private TestCluster _cluster = null!; // set before the test
    private Books _books = null!; // set before the test

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.Start(new ClusterSize(Gateways: 1, Silos: 1, LlamaWorkers: 0, OnnxWorkers: 2), bundled: true);
        await _cluster.Settled();
        _books = await Books.Open(_cluster);
        await Eventually.Holds(() => _books.Pool(TestCatalogue.MiniLm), pool => pool.Workers.Count == 2, TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await _books.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Every_request_is_answered_and_recorded_once_while_a_worker_is_killed()
    {
        using var client = _cluster.Client();
        string Text(int i) => $"sentence number {i} of a long list about cats and revenue";
        var expected = await Vectors.Of(client, Enumerable.Range(0, 20).Select(Text), ",\"encoding_format\":\"base64\"");

        var answered = new ConcurrentBag<long>();
        var load = Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var made = await Vectors.Of(client, Text(i % 20));
            Assert.Equal(expected.All[i % 20], made.All.Single());
            answered.Add(made.PromptTokens);
        });
        await Eventually.Holds(() => answered.Count > 50 || load.IsCompleted, TimeSpan.FromSeconds(60));
        await _cluster["onnx-worker-1"].KillAndRestart();
        await load;

        Assert.Equal(400, answered.Count);
        var events = await Eventually.Holds(() => _books.Events(), found => found.Count == 401, TimeSpan.FromSeconds(30));
        Assert.Equal(expected.PromptTokens + answered.Sum(), events.Sum(one => one.PromptTokens));
    }
}
