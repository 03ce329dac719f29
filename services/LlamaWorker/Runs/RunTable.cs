using Platform.Contracts.Runs;
using Platform.LlamaWorker.Models;
using Platform.Messaging.Frames;

namespace Platform.LlamaWorker.Runs;

/// <summary>The runs of this worker, by generation. A command may come twice, late or before its run: a higher run number fences off the lower ones, and a closed generation does not start again.</summary>
internal sealed partial class RunTable(HostedModels models, IFrameSender frames, WorkerIdentity me, TimeProvider clock, ILogger<RunTable> logger)
{
    /// <summary>How long a finished run is kept for its gateway to attach.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(60);

    /// <summary>How long a run goes on with nobody at its reply address.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Run> _runs = [];
    private readonly Fences _fences = new(clock);
    private bool _draining;

    public ValueTask Accept(RunChat request)
    {
        lock (_gate)
        {
            _runs.TryGetValue(request.GenerationId, out var before);
            var fence = _fences.Before(request.GenerationId, request.Run);
            if (before?.Number >= request.Run || fence is { Closed: true }) return default;
            before?.Close();
            _runs.Remove(request.GenerationId);

            if (request.Deadline <= clock.GetUtcNow())
            {
                Log.RunTooLate(logger, request.GenerationId, request.Deadline);
                return default;
            }

            if (!_draining && models.Find(request.Model) is { } model)
            {
                var run = _runs[request.GenerationId] = new Run(request, model, frames, me.Id, clock, logger);
                if (fence is not null) run.Cancel();
                return default;
            }
        }

        var (code, message) = _draining ? ("worker_stopping", $"Worker {me.Id} is stopping.") : ("model_not_loaded", $"Worker {me.Id} has not loaded {request.Model}.");
        return Refuse(request.ReplyTo, new Frame { GenerationId = request.GenerationId, Run = request.Run, Choice = 0, From = 0 }, code, message);
    }

    public void Allow(AllowRun command) => Find(command.GenerationId, command.Run)?.Allow(command.Tokens, command.Final);

    public void Cancel(CancelRun command)
    {
        lock (_gate)
        {
            _fences.Raise(command.GenerationId, new(command.Run, Closed: false));
            Find(command.GenerationId, command.Run)?.Cancel();
        }
    }

    public ValueTask Attach(AttachRun command)
    {
        if (Find(command.GenerationId, command.Run) is { } run)
        {
            run.Attach(command.ReplyTo, command.From);
            return default;
        }

        var frame = new Frame { GenerationId = command.GenerationId, Run = command.Run, Choice = 0, From = command.From.FirstOrDefault() };
        return Refuse(command.ReplyTo, frame, "run_unknown", $"Worker {me.Id} does not have this run.");
    }

    public void Close(CloseRun command)
    {
        lock (_gate)
        {
            _fences.Raise(command.GenerationId, new(command.Run, Closed: true));
            if (_runs.TryGetValue(command.GenerationId, out var run) && run.Number <= command.Run) Forget(command.GenerationId, run);
        }
    }

    /// <summary>Generations that are being decoded or wait for a slot here.</summary>
    public IReadOnlyList<string> RunningOn(HostedModel model)
    {
        lock (_gate) return [.. _runs.Where(run => run.Value.Model == model && run.Value.IsRunning).Select(run => run.Key)];
    }

    /// <summary>Ends what nobody waits for. Called every second.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (var (generation, run) in _runs.ToArray())
            {
                if (run.FinishedFor is { } finished)
                {
                    if (finished > Kept) Forget(generation, run);
                }
                else if (run.UnreachableFor > Grace)
                {
                    Log.RunAbandoned(logger, generation);
                    run.Cancel();
                }
                else if (run.Deadline <= clock.GetUtcNow())
                {
                    Log.DeadlinePassed(logger, generation);
                    run.Cancel();
                }
            }
        }
    }

    /// <summary>Takes no new runs, lets those there are finish until <paramref name="patience"/> ends, then hands them back to their owners.</summary>
    public async Task Drain(CancellationToken patience)
    {
        try
        {
            await Task.WhenAll(Draining().Select(run => run.Delivered)).WaitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            var left = Draining().Where(run => run.IsRunning).ToList();
            Log.RunsHandedOver(logger, left.Count);
            left.ForEach(run => run.HandOver());
            await Task.WhenAll(left.Select(run => run.Delivered));
        }
    }

    /// <summary>Forgets every run.</summary>
    public async Task Clear()
    {
        var runs = Draining();
        lock (_gate)
        {
            foreach (var (generation, run) in _runs.ToArray()) Forget(generation, run);
        }

        await Task.WhenAll(runs.Select(run => run.Sending));
    }

    private Run[] Draining()
    {
        lock (_gate)
        {
            _draining = true;
            return [.. _runs.Values];
        }
    }

    private Run? Find(string generation, int number)
    {
        lock (_gate) return _runs.TryGetValue(generation, out var run) && run.Number == number ? run : null;
    }

    private void Forget(string generation, Run run)
    {
        _runs.Remove(generation);
        run.Close();
    }

    private async ValueTask Refuse(string replyTo, Frame frame, string code, string message) =>
        await frames.Send(replyTo, frame with { Error = new RunError(RunErrorKind.WorkerUnavailable, code, message) }, CancellationToken.None);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} came after its deadline {Deadline} and was not started")]
        public static partial void RunTooLate(ILogger logger, string generationId, DateTimeOffset deadline);

        [LoggerMessage(2, LogLevel.Warning, "{GenerationId} cancelled: nobody takes its frames")]
        public static partial void RunAbandoned(ILogger logger, string generationId);

        [LoggerMessage(3, LogLevel.Warning, "{GenerationId} cancelled: its deadline has passed")]
        public static partial void DeadlinePassed(ILogger logger, string generationId);

        [LoggerMessage(4, LogLevel.Warning, "{Runs} runs were still going when the worker had to stop; their owners may continue them elsewhere")]
        public static partial void RunsHandedOver(ILogger logger, int runs);
    }
}
