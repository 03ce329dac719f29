using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;
using Platform.LlamaWorker.Models;
using Platform.Messaging.Frames;

namespace Platform.LlamaWorker.Runs;

/// <summary>
/// One generation on this worker: collects what the engine draws, sends it as frames, and keeps it until the gateway closes the run, so that any position can be sent again.
/// The first token goes out at once, what follows in frames of up to 32 tokens or 20 ms.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither a SemaphoreSlim nor a source of cancellation holds anything to free while nobody asks for its wait handle.")]
internal sealed partial class Run : ITokenSink
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly RunChat _request;
    private readonly HostedModel _model;
    private readonly IFrameSender _frames;
    private readonly string _worker;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Frame> _outgoing = [];

    private ChoiceLog[] _choices = [];

    /// <summary>Where the prompt is to be told: its tokens, and how likely each was.</summary>
    private int[]? _prompt;
    private TokenLogprob?[] _promptLogprobs = [];
    private SequenceHandle? _sequence;
    private string _replyTo;
    private RunStarted? _started;
    private RunError? _error;
    private int _allowance;
    private readonly CancellationTokenSource _left = new();
    private bool _keepsModel, _allowanceFinal, _cancelled, _closed, _startedSent, _errorSent, _adopted, _probing;
    private int _open;

    /// <summary>Tokens of a choice that make the sender hurry: 1 while it has nothing to do, 32 while it paces itself.</summary>
    private int _due = 1;
    private long _began;
    private long? _unreachableSince, _finishedAt;
    private long _contactAt;
    private DateTimeOffset? _firstTokenAt, _endedAt;
    private HashSet<string>? _formerOwners;

    public Run(RunChat request, HostedModel model, IFrameSender frames, string worker, TimeProvider clock, ILogger logger)
    {
        (_request, _model, _frames, _worker, _clock, _logger) = (request, model, frames, worker, clock, logger);
        (_replyTo, _allowance, _open, _contactAt) = (request.ReplyTo, request.Allowance, request.Choices, clock.GetTimestamp());
        Sending = Task.Run(Send);
    }

    public int Number => _request.Run;
    public string ProjectId => _request.ProjectId;
    public HostedModel Model => _model;
    public DateTimeOffset Deadline => _request.Deadline;

    /// <summary>Ends after <see cref="Close"/>.</summary>
    public Task Sending { get; }

    /// <summary>Every choice has ended and its last frame has been sent once, or the run was closed.</summary>
    public Task Delivered => _delivered.Task;

    public bool IsRunning
    {
        get
        {
            lock (_gate) return _finishedAt is null;
        }
    }

    /// <summary>Since when every choice has ended; null while one runs.</summary>
    public TimeSpan? FinishedFor => Age(ref _finishedAt);

    /// <summary>Since when nobody has been at the reply address; null when somebody is, as far as is known.</summary>
    public TimeSpan? UnreachableFor => Age(ref _unreachableSince);

    /// <summary>Since when neither a frame was sent nor a command came.</summary>
    public TimeSpan QuietFor
    {
        get
        {
            lock (_gate) return _clock.GetElapsedTime(_contactAt);
        }
    }

    /// <summary>It ended without a gateway and was recorded here; no gateway may have it any more.</summary>
    public bool IsRecorded { get; set; }

    public void Allow(int tokens, bool final)
    {
        SequenceHandle? sequence;
        lock (_gate)
        {
            _contactAt = _clock.GetTimestamp();
            _allowance = Math.Max(_allowance, tokens);
            _allowanceFinal |= final;
            sequence = _sequence;
        }

        sequence?.Allow(tokens, final);
    }

    public void Cancel()
    {
        SequenceHandle? sequence;
        lock (_gate)
        {
            _cancelled = true;
            sequence = _sequence;
        }

        _left.Cancel();
        sequence?.Cancel();
    }

    /// <summary>Stops, and sends nothing more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
        }

        Cancel();
    }

    /// <summary>False: another gateway has taken the generation over from this one.</summary>
    public bool Attach(string replyTo, IReadOnlyList<int> from)
    {
        lock (_gate)
        {
            if (_formerOwners?.Contains(replyTo) == true) return false;
            _replyTo = replyTo;
            SendAgain(from);
            return true;
        }
    }

    /// <summary>Gives the generation to another gateway; returns the address of the one that had it, when that is another.</summary>
    public string? Adopt(string replyTo)
    {
        lock (_gate)
        {
            var former = _replyTo == replyTo ? null : _replyTo;
            if (former is not null) (_formerOwners ??= []).Add(former);
            _formerOwners?.Remove(replyTo);
            _replyTo = replyTo;
            _adopted = true;
            SendAgain([]);
            return former;
        }
    }

    /// <summary>Finds out whether anybody takes frames, and shows them where they should be.</summary>
    public void Probe()
    {
        lock (_gate)
        {
            _contactAt = _clock.GetTimestamp();
            _probing = true;
            Wake();
        }
    }

    /// <summary>Ends the run here; its owner may go on elsewhere with what was sent.</summary>
    public void HandOver() => Fail(new RunError(RunErrorKind.WorkerUnavailable, "worker_stopping", "The worker is stopping."));

    void ITokenSink.Started(int promptTokens, int cachedTokens)
    {
        lock (_gate)
        {
            _started = new RunStarted(_worker, promptTokens, cachedTokens, _model.Batcher.ContextLength);
            if (_prompt is { } prompt) _started = _started with { Prompt = new PromptEcho([.. prompt.Select(token => _model.Engine.Text(token, special: true))], _promptLogprobs) };
        }

        _model.Counters.Read(promptTokens, cachedTokens);
    }

    void ITokenSink.PromptScored(int position, in TokenScores scores)
    {
        lock (_gate) _promptLogprobs[position] = ShownLogprobs.Described(_model.Engine, _prompt![position], scores); // set before anything was submitted
    }

    void ITokenSink.Scored(int choice, in TokenScores scores)
    {
        lock (_gate) _choices[choice].Score(scores);
    }

    void ITokenSink.Steered(int choice, float mu)
    {
        lock (_gate) _choices[choice].Steer(mu);
    }

    bool ITokenSink.Token(int choice, int token)
    {
        lock (_gate)
        {
            if (_error is not null) return false;
            var now = Stopwatch.GetTimestamp();
            _firstTokenAt ??= _clock.GetUtcNow();
            var log = _choices[choice];
            var stop = log.Append(token, (int)Math.Min(int.MaxValue, Stopwatch.GetElapsedTime(log.LastAt == 0 ? _began : log.LastAt, now).TotalMicroseconds), now);
            if (log.Pending >= _due) Wake();
            return stop;
        }
    }

    void ITokenSink.Guessed(int choice, int accepted, int rejected)
    {
        lock (_gate) _choices[choice].Guesses = new Guesses(accepted, rejected);
    }

    void ITokenSink.Finished(int choice, FinishReason reason) => End(choice, reason);

    void ITokenSink.Failed(RunError error) => Fail(error);

    private void End(int choice, FinishReason reason)
    {
        lock (_gate)
        {
            if (_error is not null) return;
            _model.Counters.Drawn(_choices[choice].Drawn);
            _choices[choice].Finish(reason);
            if (--_open == 0) SetFinished();
            Wake();
        }
    }

    private void Fail(RunError error)
    {
        SequenceHandle? sequence;
        lock (_gate)
        {
            if (_finishedAt is not null) return;
            foreach (var choice in _choices.Where(choice => !choice.IsFinished)) _model.Counters.Drawn(choice.Drawn);
            _error = error;
            SetFinished();
            sequence = _sequence;
            Wake();
        }

        sequence?.Cancel();
    }

    private void SetFinished()
    {
        (_finishedAt, _endedAt) = (_clock.GetTimestamp(), _clock.GetUtcNow());
        if (_keepsModel) _model.EndUse();
        _keepsModel = false;
    }

    /// <summary>Call it with the gate held.</summary>
    private void SendAgain(IReadOnlyList<int> from)
    {
        (_unreachableSince, _contactAt) = (null, _clock.GetTimestamp());
        _startedSent = _errorSent = false;
        for (var i = 0; i < _choices.Length; i++) _choices[i].SendFrom(i < from.Count ? from[i] : 0);
        Wake();
    }

    private TimeSpan? Age(ref long? since)
    {
        lock (_gate) return since is { } at ? _clock.GetElapsedTime(at) : null;
    }

    /// <summary>Lets the sender look at once. Call it with the gate held.</summary>
    private void Wake()
    {
        _due = int.MaxValue;
        if (_wake.CurrentCount == 0) _wake.Release();
    }
}
