using Platform.Inference.Onnx.Embeddings;

namespace Platform.Inference.Onnx.Tests.Embeddings;

public sealed class EmbeddingBatcherTests
{
    [Fact]
    public async Task Requests_that_wait_together_are_merged_into_runs()
    {
        using var embedder = new HeldEmbedder();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 4));
        var first = batcher.Embed([[1]], CancellationToken.None);
        await embedder.Began();
        var others = Enumerable.Range(2, 8).Select(i => batcher.Embed([[i]], CancellationToken.None)).ToArray();
        embedder.Free();
        Assert.Equal("1", await Shown(first));
        for (var i = 0; i < others.Length; i++) Assert.Equal($"{i + 2}", await Shown(others[i]));
        Assert.Equal([1, 4, 4], embedder.Runs.Select(run => run.Count));
    }

    [Fact]
    public async Task A_request_gets_its_vectors_in_its_own_order_however_they_were_sorted()
    {
        using var embedder = new HeldEmbedder();
        embedder.Free();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 3));
        Assert.Equal("3 1 2 7 5", await Shown(batcher.Embed([[3, 0, 0], [1], [2, 0], [7, 0, 0, 0], [5]], CancellationToken.None)));
    }

    [Fact]
    public async Task Sequences_of_a_like_length_run_together()
    {
        using var embedder = new HeldEmbedder();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 2));
        var first = batcher.Embed([[1]], CancellationToken.None);
        await embedder.Began();
        var second = batcher.Embed([new int[9], new int[2], new int[8], new int[1]], CancellationToken.None);
        embedder.Free();
        await Task.WhenAll(first, second);
        Assert.Equal(["1", "1 2", "8 9"], embedder.Runs.Select(run => string.Join(' ', run.Select(sequence => sequence.Length))));
    }

    [Fact]
    public async Task A_run_holds_no_more_tokens_than_allowed()
    {
        using var embedder = new HeldEmbedder();
        embedder.Free();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 8, Tokens: 10));
        await batcher.Embed([.. Enumerable.Range(0, 6).Select(_ => new int[4]), new int[20]], CancellationToken.None);
        Assert.Equal([2, 2, 2, 1], embedder.Runs.Select(run => run.Count));
    }

    [Fact]
    public async Task A_small_request_does_not_wait_for_the_whole_of_a_big_one()
    {
        using var embedder = new HeldEmbedder();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 1));
        var big = batcher.Embed([.. Enumerable.Range(0, 500).Select(_ => new int[2])], CancellationToken.None);
        await embedder.Began();
        var small = batcher.Embed([[7]], CancellationToken.None);
        embedder.Free();
        await Task.WhenAll(big, small);
        Assert.InRange(embedder.Runs.ToList().FindIndex(run => run[0].Length == 1), 1, 20);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        using var embedder = new HeldEmbedder();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 1, Waiting: 3));
        var first = batcher.Embed([[1]], CancellationToken.None);
        await embedder.Began();
        var second = batcher.Embed([[2], [3]], CancellationToken.None);
        Assert.Equal("refused", await Shown(batcher.Embed([[4], [5]], CancellationToken.None)));
        embedder.Free();
        Assert.Equal("1", await Shown(first));
        Assert.Equal("2 3", await Shown(second));
        Assert.Equal("4", await Shown(batcher.Embed([[4]], CancellationToken.None)));
    }

    [Fact]
    public async Task Who_leaves_is_not_waited_for_and_not_worked_for()
    {
        using var embedder = new HeldEmbedder();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 1));
        using var leaving = new CancellationTokenSource();
        var first = batcher.Embed([[1]], CancellationToken.None);
        await embedder.Began();
        var left = batcher.Embed([[66]], leaving.Token);
        var last = batcher.Embed([[3]], CancellationToken.None);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        embedder.Free();
        Assert.Equal("3", await Shown(last));
        Assert.DoesNotContain(embedder.Runs, run => run[0][0] == 66);
        Assert.Equal(0, batcher.Waiting);
    }

    [Fact]
    public async Task A_run_that_fails_fails_its_requests_alone()
    {
        using var embedder = new HeldEmbedder();
        embedder.Free();
        await using var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.Embed([[-1]], CancellationToken.None));
        Assert.Equal("4", await Shown(batcher.Embed([[4]], CancellationToken.None)));
    }

    [Fact]
    public async Task What_still_waits_at_the_end_is_told()
    {
        using var embedder = new HeldEmbedder();
        var batcher = new EmbeddingBatcher(embedder, new EmbeddingBatcherOptions(Sequences: 1));
        var first = batcher.Embed([[1]], CancellationToken.None);
        await embedder.Began();
        var second = batcher.Embed([[2]], CancellationToken.None);
        var end = batcher.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        await end;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.Embed([[3]], CancellationToken.None));
    }

    private static async Task<string> Shown(Task<float[]?> vectors) => await vectors is { } numbers ? string.Join(' ', numbers) : "refused";

    /// <summary>A vector is the first token; runs wait until they are freed.</summary>
    private sealed class HeldEmbedder : IEmbedder, IDisposable
    {
        private readonly ManualResetEventSlim _free = new();
        private readonly SemaphoreSlim _began = new(0);

        public List<IReadOnlyList<int[]>> Runs { get; } = [];

        public int Dimensions => 1;

        public Task<bool> Began() => _began.WaitAsync(TimeSpan.FromSeconds(10));

        public void Free() => _free.Set();

        public float[] Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation)
        {
            Runs.Add(sequences);
            _began.Release();
            _free.Wait(cancellation);
            return sequences[0][0] < 0 ? throw new InvalidOperationException("no such token") : [.. sequences.Select(sequence => (float)sequence[0])];
        }

        public void Dispose()
        {
            _free.Dispose();
            _began.Dispose();
        }
    }
}
