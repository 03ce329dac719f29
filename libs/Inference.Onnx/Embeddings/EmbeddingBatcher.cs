using System.Threading.Channels;

namespace Platform.Inference.Onnx.Embeddings;

/// <param name="Sequences">In one run at most. 1 for a graph whose numbers depend on its neighbours in a run, as with dynamically quantised activations.</param>
/// <param name="Tokens">In one run at most, padding included; a longer sequence runs alone.</param>
/// <param name="Waiting">Sequences that may wait before more are refused.</param>
public sealed record EmbeddingBatcherOptions(int Sequences = 32, int Tokens = 8192, int Waiting = 32_768);

/// <summary>
/// Merges the requests of many callers into runs. A round takes sequences from all requests in turn, so that a small one never waits for the whole of a big one,
/// sorts them by length, so that little is padded, and cuts them into runs.
/// </summary>
public sealed class EmbeddingBatcher : IAsyncDisposable
{
    private readonly IEmbedder _embedder;
    private readonly EmbeddingBatcherOptions _options;
    private readonly Lock _gate = new();
    private readonly LinkedList<Request> _requests = [];
    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _waiting;

    public EmbeddingBatcher(IEmbedder embedder, EmbeddingBatcherOptions options)
    {
        (_embedder, _options) = (embedder, options);
        _running = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>Sequences that have no vector yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>One vector a sequence, one after another; null: too many wait already.</summary>
    /// <exception cref="ObjectDisposedException">The batcher has ended before the request.</exception>
    public async Task<float[]?> Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation)
    {
        var request = new Request(sequences, new float[sequences.Count * _embedder.Dimensions], cancellation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_waiting > 0 && _waiting + sequences.Count > _options.Waiting) return null;
            _waiting += sequences.Count;
            _requests.AddLast(request);
        }

        _arrived.Writer.TryWrite(true);
        await using var registration = cancellation.Register(() => request.Done.TrySetCanceled(cancellation));
        return await request.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        lock (_gate)
        {
            foreach (var request in _requests) request.Done.TrySetException(new ObjectDisposedException(nameof(EmbeddingBatcher)));
        }

        _stopping.Dispose();
    }

    private async Task Work()
    {
        try
        {
            while (await _arrived.Reader.WaitToReadAsync(_stopping.Token))
            {
                _arrived.Reader.TryRead(out var _);
                while (!_stopping.IsCancellationRequested && Round() is { Count: > 0 } round)
                {
                    foreach (var run in Runs(round)) Run(run);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes sequences from the requests in turn, as many as a few runs hold, the shortest first.</summary>
    private List<Item> Round()
    {
        var round = new List<Item>();
        lock (_gate)
        {
            var most = Math.Max(4 * _options.Sequences, 8);
            while (round.Count < most && _requests.First is { } first)
            {
                _requests.RemoveFirst();
                var request = first.Value;
                if (request.Done.Task.IsCompleted)
                {
                    _waiting -= request.Left;
                    continue;
                }

                round.Add(new Item(request, request.Next++));
                _waiting--;
                if (request.Left > 0) _requests.AddLast(first);
            }
        }

        round.Sort(static (a, b) => a.Tokens.Length.CompareTo(b.Tokens.Length));
        return round;
    }

    private IEnumerable<List<Item>> Runs(List<Item> round)
    {
        var run = new List<Item>();
        foreach (var item in round)
        {
            if (run.Count > 0 && (run.Count == _options.Sequences || (run.Count + 1) * item.Tokens.Length > _options.Tokens))
            {
                yield return run;
                run = [];
            }

            run.Add(item);
        }

        yield return run;
    }

    private void Run(List<Item> run)
    {
        try
        {
            // a run of one request ends with it; one of many is too short to be worth it
            var only = run.TrueForAll(item => item.Request == run[0].Request) ? run[0].Request.Cancellation : CancellationToken.None;
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, only);
            var vectors = _embedder.Embed([.. run.Select(item => item.Tokens)], cancellation.Token);
            for (var i = 0; i < run.Count; i++) run[i].Request.Take(run[i].Index, vectors.AsSpan(i * _embedder.Dimensions, _embedder.Dimensions));
        }
        catch (Exception e)
        {
            var reason = _stopping.IsCancellationRequested ? new ObjectDisposedException(nameof(EmbeddingBatcher)) : e;
            foreach (var item in run) item.Request.Done.TrySetException(reason);
        }
    }

    private readonly record struct Item(Request Request, int Index)
    {
        public int[] Tokens => Request.Sequences[Index];
    }

    private sealed class Request(IReadOnlyList<int[]> sequences, float[] vectors, CancellationToken cancellation)
    {
        private int _made;

        public IReadOnlyList<int[]> Sequences => sequences;
        public CancellationToken Cancellation => cancellation;
        public TaskCompletionSource<float[]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Next { get; set; }
        public int Left => sequences.Count - Next;

        public void Take(int index, ReadOnlySpan<float> vector)
        {
            vector.CopyTo(vectors.AsSpan(index * vector.Length));
            if (++_made == sequences.Count) Done.TrySetResult(vectors);
        }
    }
}
