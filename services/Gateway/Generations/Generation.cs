using System.Runtime.CompilerServices;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Grains.Pools;
using Platform.Messaging.Frames;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>
/// One interactive generation from its first byte to its last: waits for a worker, sends it the run, takes its frames in order, and goes on elsewhere when that worker is lost.
/// </summary>
internal sealed partial class Generation : IAsyncDisposable
{
    /// <summary>A client that has to wait hears of it after this at the latest.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    /// <summary>Between two questions for the same missing frames.</summary>
    private static readonly TimeSpan NextQuestion = TimeSpan.FromSeconds(1);

    /// <summary>How long a cancelled run may take to say what it had made.</summary>
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks for a worker that is to take over.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(500);

    private readonly RunChat first;
    private readonly LiveGenerations owner;
    private readonly IPool pool;
    private readonly FrameMailbox mailbox;
    private readonly ulong[] prefix;
    private readonly long began;
    private Ticket? ticket;
    private string? worker;
    private long attachedAt;

    public Generation(GenerationRequest request, RunChat first, QuotaSlices quota, int promptEstimate, LiveGenerations owner)
        : this(request, first, quota, promptEstimate, owner, owner.Frames.Open(first.GenerationId))
    {
    }

    /// <summary>Goes on with what another gateway had.</summary>
    /// <param name="run">As its worker sent it.</param>
    /// <param name="opened">Where the worker sends the frames.</param>
    public Generation(GenerationRequest request, RunChat run, string worker, FrameMailbox opened, QuotaSlices quota, int promptEstimate, LiveGenerations owner)
        : this(request, run, quota, promptEstimate, owner, opened)
    {
        var figures = run.Record!.Figures; // nothing is taken over without
        StartedAt = figures.StartedAt;
        began -= (long)((owner.Clock.GetUtcNow() - StartedAt).TotalSeconds * owner.Clock.TimestampFrequency);
        (Run, this.worker, Worker) = (run.Run, worker, worker);
        Queued = TimeSpan.FromMilliseconds(figures.QueuedMs);
        if (figures.FirstTokenMs is { } firstToken) FirstToken = TimeSpan.FromMilliseconds(firstToken);
        if (figures.PromptTokens > 0) Started = new RunStarted(figures.Worker, figures.PromptTokens, figures.CachedTokens, 0);
        ticket = TicketOf(avoid: null);
    }

    private Generation(GenerationRequest request, RunChat first, QuotaSlices quota, int promptEstimate, LiveGenerations owner, FrameMailbox mailbox)
    {
        (Request, this.first, Quota, PromptEstimate, this.owner, this.mailbox) = (request, first, quota, promptEstimate, owner, mailbox);
        (StartedAt, began) = (owner.Clock.GetUtcNow(), owner.Clock.GetTimestamp());
        Choices = [.. Enumerable.Range(0, request.Choices).Select(_ => new ChoiceProgress())];
        prefix = PrefixBlocks.Of(request.Conversation?.Messages ?? request.Plain?.Text ?? "");
        pool = owner.Grains.GetGrain<IPool>(request.Model.Id);
    }

    public string Id => first.GenerationId;
    public string ProjectId => first.ProjectId;
    public GenerationRequest Request { get; }
    public ServedModel Model => Request.Model;
    public QuotaSlices Quota { get; }
    public DateTimeOffset StartedAt { get; }

    /// <summary>Tokens the prompt has at most.</summary>
    public int PromptEstimate { get; }
    public IReadOnlyList<ChoiceProgress> Choices { get; }

    /// <summary>What the first worker said of the prompt; null: none has begun.</summary>
    public RunStarted? Started { get; private set; }

    /// <summary>The worker that has it now, or had it last.</summary>
    public string Worker { get; private set; } = "";
    public int Run { get; private set; }
    public TimeSpan? Queued { get; private set; }
    public TimeSpan? FirstToken { get; private set; }
    public TimeSpan Age => owner.Clock.GetElapsedTime(began);
    public int CompletionTokens => Choices.Sum(choice => choice.Count);
    public int AcceptedTokens => Choices.Sum(choice => choice.Guesses?.Accepted ?? 0);
    public int RejectedTokens => Choices.Sum(choice => choice.Guesses?.Rejected ?? 0);
    public HeldGrant? Held => worker is { } held && ticket is { } granted ? new HeldGrant(granted, held) : null;
    private RunLine Line => new(owner.Runs, Worker, Id, Run);
    private bool IsFinished => Choices.All(choice => choice.Finish is not null);

    /// <summary>Ends after the last frame of every choice; nothing follows a failed step.</summary>
    public async IAsyncEnumerable<Step> Steps([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var running = worker is not null; ; running = false)
        {
            if (!running)
            {
                var lost = Worker;
                Run++;
                ticket = TicketOf(lost.Length > 0 ? lost : null);
                await foreach (var step in TakeWorker(ticket, cancellation)) yield return step;
                running = await Line.Start(Continued());
                if (running && Quota.IsFinal) await Allow();
            }

            if (running)
            {
                await foreach (var step in Frames(cancellation)) yield return step;
                if (IsFinished) yield break;
            }

            Log.WorkerLost(owner.Logger, Id, Run, Worker);
            await Line.Close();
            await LeaveWorker();
        }
    }

    /// <summary>Ends a run nobody waits for any more; what its worker had made by then is taken.</summary>
    public async Task Cancel()
    {
        if (worker is null) return;
        await Line.Cancel();
        using var patience = new CancellationTokenSource(LastFrames, owner.Clock);
        try
        {
            await foreach (var step in Frames(patience.Token))
            {
                if (step.Error is not null) return;
            }
        }
        catch (OperationCanceledException)
        {
            Log.LastFramesMissing(owner.Logger, Id, Worker);
        }
    }

    /// <summary>Gives the worker back, or the place in the queue.</summary>
    public async ValueTask LeaveWorker()
    {
        if (ticket is not { } held) return;
        (ticket, worker) = (null, null);
        try
        {
            await pool.Release(held.Id, CompletionTokens).AsTask().WaitAsync(owner.Options.Silence, owner.Clock);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            Log.GrantLeftToLapse(owner.Logger, Id, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        owner.Forget(this);
        mailbox.Dispose();
        departing.Dispose();
        if (Worker.Length > 0 && !IsGivenAway) await Line.Close();
    }

    private Ticket TicketOf(string? avoid) => new($"{Id}/{Run}", ProjectId, Request.Band, Request.Choices, PromptEstimate, prefix, avoid);

    private async IAsyncEnumerable<Step> TakeWorker(Ticket asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var since = owner.Clock.GetTimestamp();
        for (var patience = FirstPatience; ; patience = owner.Options.Silence)
        {
            if (await Ask(asked, patience, since, cancellation) is not { } answer)
            {
                yield return Step.Waiting;
                await Task.Delay(NextLook, owner.Clock, cancellation);
                continue;
            }

            switch (answer.State)
            {
                case TicketState.Granted:
                    worker = Worker = answer.Worker!; // a grant names its worker
                    Queued ??= Age;
                    yield break;
                case TicketState.Waiting:
                    break;
                case TicketState.NoWorker or TicketState.QueueFull when Run > 1 && owner.Clock.GetElapsedTime(since) < owner.Options.Recovery:
                    await Task.Delay(NextLook, owner.Clock, cancellation);
                    break;
                case TicketState.QueueFull:
                    yield return Step.Failed(ApiError.RateLimited($"Too many requests are waiting for the model '{Model.Id}'. Please try again later.", TimeSpan.FromMilliseconds(answer.RetryAfterMs)));
                    break;
                default:
                    yield return Step.Failed(ApiError.Unavailable($"No worker serves the model '{Model.Id}' at the moment. Please try again later.", TimeSpan.FromSeconds(5)));
                    break;
            }

            yield return Step.Waiting;
        }
    }

    /// <summary>Null: the silo is away, and there is time left to wait for it. Asking twice is asking once.</summary>
    private async ValueTask<TicketAnswer?> Ask(Ticket asked, TimeSpan patience, long since, CancellationToken cancellation)
    {
        try
        {
            return await pool.Take(asked, patience).WaitAsync(patience + owner.Options.Silence, owner.Clock, cancellation);
        }
        catch (Exception e) when (Failure.IsOutage(e) && owner.Clock.GetElapsedTime(since) < owner.Options.Recovery)
        {
            return null;
        }
    }

    /// <summary>Ends when every choice has finished, or when the worker is lost.</summary>
    private async IAsyncEnumerable<Step> Frames([EnumeratorCancellation] CancellationToken cancellation)
    {
        var silences = 0;
        while (!IsFinished)
        {
            if (!mailbox.Frames.TryRead(out var frame))
            {
                if (await FrameArrives(cancellation)) continue;
                yield return Step.Waiting;
                if (!await IsStillThere(++silences)) yield break;
                continue;
            }

            silences = 0;
            if (frame.Run != Run || frame.Choice >= Choices.Count) continue;
            if (frame.Error is { } error)
            {
                if (error.Kind == RunErrorKind.WorkerUnavailable) yield break;
                if (error.Kind == RunErrorKind.NotYours)
                {
                    IsGivenAway = true;
                    yield return Step.Failed(new ApiError(409, error.Message, "server_error", null, error.Code));
                }

                yield return Step.Failed(error.Kind == RunErrorKind.InvalidRequest ? ApiError.Invalid(error.Message, error.Param, error.Code) : ApiError.Server(error.Message));
            }

            if (frame.Started is { } started && Started is null) await Begin(started);
            if (Started is null)
            {
                await AskAgain(); // the first frame was lost
                continue;
            }

            switch (Choices[frame.Choice].Take(frame, out var skip))
            {
                case FrameFit.Gap:
                    await AskAgain();
                    break;
                case FrameFit.New:
                    if (CompletionTokens > 0) FirstToken ??= Age;
                    yield return Step.Tokens(frame, skip);
                    await Raise();
                    break;
            }
        }
    }

    /// <summary>False when none came within the time a worker may be silent.</summary>
    private async ValueTask<bool> FrameArrives(CancellationToken cancellation)
    {
        try
        {
            return await mailbox.Frames.WaitToReadAsync(cancellation).AsTask().WaitAsync(owner.Options.Silence, owner.Clock, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask Begin(RunStarted started)
    {
        Started = started;
        await Quota.Correct(started.PromptTokens);
        if (Quota.IsFinal) await Allow();
    }

    private async ValueTask Raise()
    {
        if (await Quota.Raise(Choices.Max(choice => choice.Count))) await Allow();
    }

    /// <summary>A gap is filled once: frames that come before the answer are not worth another question.</summary>
    private async ValueTask AskAgain()
    {
        if (attachedAt != 0 && owner.Clock.GetElapsedTime(attachedAt) < NextQuestion) return;
        attachedAt = owner.Clock.GetTimestamp();
        await Attach();
    }

    /// <summary>After a silence: a command may have been lost, the worker may read a long prompt, or be gone.</summary>
    private async ValueTask<bool> IsStillThere(int silences)
    {
        await Raise();
        return await Allow() && await Attach() && (silences < 2 || await IsKnown());
    }

    private async ValueTask<bool> IsKnown()
    {
        try
        {
            return (await pool.Read()).Workers.Any(known => known.WorkerId == Worker);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            return true; // nobody can tell
        }
    }

    private RunChat Continued() => first with { Run = Run, Record = Record(), Allowance = Quota.Allowance, SoFar = Run == 1 ? [] : [.. Choices.Select(choice => choice.Tokens())] };

    private ValueTask<bool> Allow() => Line.Allow(Quota.Allowance, Quota.IsFinal);

    private ValueTask<bool> Attach() => Line.Attach(owner.Frames.Address, [.. Choices.Select(choice => choice.Count)]);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} lost worker {Worker} in run {Run}")]
        public static partial void WorkerLost(ILogger logger, string generationId, int run, string worker);

        [LoggerMessage(3, LogLevel.Warning, "{GenerationId} could not give its grant back, which will lapse: {Reason}")]
        public static partial void GrantLeftToLapse(ILogger logger, string generationId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{GenerationId} was cancelled, but worker {Worker} did not say what it had made")]
        public static partial void LastFramesMissing(ILogger logger, string generationId, string worker);
    }
}
