using Platform.Contracts.Runs;
using Platform.LlamaWorker.Models;
using Platform.Messaging.Frames;

namespace Platform.LlamaWorker.Runs;

/// <summary>The runs of this worker, by generation. A command may come twice, late or before its run: a higher run number fences off the lower ones, and a closed generation does not start again.</summary>
internal sealed partial class RunTable(HostedModels models, IFrameSender frames, Orphans orphans, WorkerIdentity me, TimeProvider clock, ILogger<RunTable> logger)
{
    /// <summary>How long a finished run is kept for its gateway to attach.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(60);

    /// <summary>How long a run goes on with nobody at its reply address.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing is sent or heard before a frame without news finds out whether anybody is there: longer than a gateway keeps silent.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(250);

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
            if (before is { IsRecorded: true }) return Refuse(request.ReplyTo, EmptyFrame(request.GenerationId, request.Run), NotYours(Recorded));
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
        return Refuse(request.ReplyTo, EmptyFrame(request.GenerationId, request.Run), new RunError(RunErrorKind.WorkerUnavailable, code, message));
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
        var frame = EmptyFrame(command.GenerationId, command.Run) with { From = command.From.FirstOrDefault() };
        if (Find(command.GenerationId, command.Run) is not { } run) return Refuse(command.ReplyTo, frame, Unknown());
        if (run.IsRecorded) return Refuse(command.ReplyTo, frame, NotYours(Recorded));
        return run.Attach(command.ReplyTo, command.From) ? default : Refuse(command.ReplyTo, frame, NotYours(TakenOver));
    }

    public ValueTask Adopt(AdoptRun command)
    {
        Run? run;
        string? former;
        lock (_gate)
        {
            _runs.TryGetValue(command.GenerationId, out run);
            if (run is null || run.ProjectId != command.ProjectId) return Refuse(command.ReplyTo, EmptyFrame(command.GenerationId, 0), Unknown());
            if (run.IsRecorded) return Refuse(command.ReplyTo, EmptyFrame(command.GenerationId, run.Number), NotYours(Recorded));
            former = run.Adopt(command.ReplyTo);
        }

        return former is null ? default : Refuse(former, EmptyFrame(command.GenerationId, run.Number), NotYours(TakenOver));
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
            foreach (var (generation, run) in _runs.ToArray()) Sweep(generation, run);
        }
    }

    private void Sweep(string generation, Run run)
    {
        if (run.UnreachableFor > Grace && !run.IsRecorded)
        {
            if (run.FinishedFor is not null)
            {
                RecordOrphan(run);
                return;
            }

            Log.RunAbandoned(logger, generation);
            run.Cancel();
        }
        else if (run.FinishedFor is { } finished)
        {
            if (finished > Kept) Forget(generation, run);
            else if (!run.IsRecorded && run.QuietFor > Quiet) run.Probe();
        }
        else if (run.Deadline <= clock.GetUtcNow())
        {
            Log.DeadlinePassed(logger, generation);
            run.Cancel();
        }
        else if (run.QuietFor > Quiet)
        {
            run.Probe();
        }
    }

    private void RecordOrphan(Run run)
    {
        run.IsRecorded = true;
        if (run.Outcome() is { } outcome) orphans.Record(outcome);
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
            await OwnersHeard();
        }
    }

    /// <summary>An owner that goes on elsewhere closes the run here; one that is gone is found out by asking again.</summary>
    private async Task OwnersHeard()
    {
        for (var looks = 0; looks < 6 && Draining() is { Length: > 0 } runs && Array.Exists(runs, run => run.UnreachableFor is null); looks++)
        {
            Array.ForEach(runs, run => run.Probe());
            await Task.Delay(NextLook);
        }
    }

    /// <summary>Forgets every run; those whose gateway is gone are recorded first, since nobody else will.</summary>
    public async Task Clear()
    {
        var runs = Draining();
        lock (_gate)
        {
            foreach (var (generation, run) in _runs.ToArray())
            {
                if (run is { UnreachableFor: not null, FinishedFor: not null, IsRecorded: false }) RecordOrphan(run);
                Forget(generation, run);
            }
        }

        await Task.WhenAll(runs.Select(run => run.Sending));
        await orphans.Settled();
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

    private const string Recorded = "The generation lost its gateway, was ended and has been recorded.", TakenOver = "Another connection has taken the generation over.";

    private static RunError NotYours(string why) => new(RunErrorKind.NotYours, "generation_taken_over", why);

    private RunError Unknown() => new(RunErrorKind.WorkerUnavailable, "run_unknown", $"Worker {me.Id} does not have this run.");

    private static Frame EmptyFrame(string generation, int run) => new() { GenerationId = generation, Run = run, Choice = 0, From = 0 };

    private async ValueTask Refuse(string replyTo, Frame frame, RunError error) => await frames.Send(replyTo, frame with { Error = error }, CancellationToken.None);

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
