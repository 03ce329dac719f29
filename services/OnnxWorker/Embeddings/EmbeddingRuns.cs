using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;
using Platform.Messaging.Runs;
using Platform.OnnxWorker.Models;

namespace Platform.OnnxWorker.Embeddings;

/// <summary>The embeddings this worker is at. Each is answered to the gateway that asked; a run that comes again while it is at work is not begun again.</summary>
internal sealed partial class EmbeddingRuns(EmbeddingModels models, IWorkerQueues queues, WorkerIdentity me, TimeProvider clock, ILogger<EmbeddingRuns> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string GenerationId, int Run), (string Model, CancellationTokenSource Cancel, Task Work)> _runs = [];
    private bool _draining;

    public void Accept(RunEmbedding request)
    {
        var key = (request.GenerationId, request.Run);
        lock (_gate)
        {
            if (_runs.ContainsKey(key)) return;
            var cancel = new CancellationTokenSource();
            _runs[key] = (request.Model, cancel, Task.Run(() => Work(request, cancel), CancellationToken.None));
        }
    }

    public void Cancel(CancelRun command)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue((command.GenerationId, command.Run), out var run)) run.Cancel.Cancel();
        }
    }

    public IReadOnlyList<string> RunningOn(string model)
    {
        lock (_gate) return [.. _runs.Where(run => run.Value.Model == model).Select(run => run.Key.GenerationId)];
    }

    /// <summary>Takes no new runs, lets those there are finish until <paramref name="patience"/> ends, then hands them back to their owners.</summary>
    public async Task Drain(CancellationToken patience)
    {
        Task work;
        lock (_gate)
        {
            _draining = true;
            work = Task.WhenAll(_runs.Values.Select(run => run.Work));
        }

        await work.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Work(RunEmbedding request, CancellationTokenSource cancel)
    {
        try
        {
            if (request.Deadline - clock.GetUtcNow() is var left && left <= TimeSpan.Zero) return;
            cancel.CancelAfter(left < TimeSpan.FromHours(1) ? left : TimeSpan.FromHours(1));
            foreach (var answer in await Answer(request, cancel.Token)) await queues.Send(request.ReplyTo, answer, cancel.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // nobody waits any more
        }
        catch (WorkerUnreachableException)
        {
            Log.NobodyThere(logger, request.GenerationId);
        }
        catch (Exception e)
        {
            Log.NotAnswered(logger, e, request.GenerationId);
        }
        finally
        {
            lock (_gate) _runs.Remove((request.GenerationId, request.Run));
            cancel.Dispose();
        }
    }

    private async Task<IReadOnlyList<EmbeddingAnswer>> Answer(RunEmbedding request, CancellationToken cancellation)
    {
        var head = new EmbeddingAnswer { GenerationId = request.GenerationId, Run = request.Run, Worker = me.Id };
        if (_draining) return [head with { Error = new(RunErrorKind.WorkerUnavailable, "worker_stopping", $"Worker {me.Id} is stopping.") }];
        if (models.Find(request.Model) is not { } model) return [head with { Error = new(RunErrorKind.WorkerUnavailable, "model_not_loaded", $"Worker {me.Id} has not loaded {request.Model}.") }];
        try
        {
            var inputs = EmbeddingInputs.Of(request, model);
            if (inputs.Error is { } error) return [head with { Error = error }];
            if (await model.Batcher.Embed(inputs.Sequences, cancellation) is not { } vectors)
                return [head with { Error = new(RunErrorKind.WorkerUnavailable, "worker_full", $"Worker {me.Id} has enough to do.") }];
            model.Counters.Made(inputs.Sequences.Count, inputs.Tokens);
            return VectorParts.Of(head with { PromptTokens = inputs.Tokens, Dimensions = model.Model.Dimensions }, vectors);
        }
        catch (ObjectDisposedException)
        {
            return [head with { Error = new(RunErrorKind.WorkerUnavailable, "model_removed", $"Worker {me.Id} has let go of {request.Model}.") }];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.NotEmbedded(logger, e, request.GenerationId, request.Model);
            return [head with { Error = new(RunErrorKind.Engine, "engine_error", "The model failed on this request.") }];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Nobody is there to take the answer of {GenerationId}")]
        public static partial void NobodyThere(ILogger logger, string generationId);

        [LoggerMessage(2, LogLevel.Error, "{GenerationId} could not be answered")]
        public static partial void NotAnswered(ILogger logger, Exception exception, string generationId);

        [LoggerMessage(3, LogLevel.Error, "{GenerationId} could not be embedded by {Model}")]
        public static partial void NotEmbedded(ILogger logger, Exception exception, string generationId, string model);
    }
}
