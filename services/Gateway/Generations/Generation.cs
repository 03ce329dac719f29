using System.Runtime.CompilerServices;
using Platform.Contracts.Runs;
using Platform.Grains.Pools;
using Platform.Messaging.Frames;

namespace Platform.Gateway.Generations;

/// <summary>
/// One interactive generation from its first byte to its last: waits for a worker, sends it the run, takes its frames in order, and goes on elsewhere when that worker is lost.
/// </summary>
internal sealed partial class Generation : IAsyncDisposable
{
    /// <summary>How long a cancelled run may take to say what it had made.</summary>
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);

    /// <summary>Between two runs that brought nothing: after its restart a broker may know no worker for a while.</summary>
    private static readonly TimeSpan NextRun = TimeSpan.FromMilliseconds(500);

    private readonly RunChat first;
    private readonly LiveGenerations owner;
    private readonly PoolPlace place;
    private readonly FrameMailbox mailbox;
    private readonly ulong[] prefix;
    private readonly long began;
    private Task<bool> sending = Task.FromResult(true);

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
        (Run, Worker) = (run.Run, worker);
        Queued = TimeSpan.FromMilliseconds(figures.QueuedMs);
        if (figures.FirstTokenMs is { } firstToken) FirstToken = TimeSpan.FromMilliseconds(firstToken);
        if (figures.PromptTokens > 0) Started = new RunStarted(figures.Worker, figures.PromptTokens, figures.CachedTokens, 0);
        place.Hold(TicketOf(avoid: null), worker);
    }

    private Generation(GenerationRequest request, RunChat first, QuotaSlices quota, int promptEstimate, LiveGenerations owner, FrameMailbox mailbox)
    {
        (Request, this.first, Quota, PromptEstimate, this.owner, this.mailbox) = (request, first, quota, promptEstimate, owner, mailbox);
        (StartedAt, began) = (owner.Clock.GetUtcNow(), owner.Clock.GetTimestamp());
        Choices = [.. Enumerable.Range(0, request.Choices).Select(_ => new ChoiceProgress())];
        prefix = PrefixBlocks.Of(request.Conversation?.Messages ?? request.Plain?.Text ?? "");
        place = new PoolPlace(request.Model.Id, owner.Grains, owner.Clock, owner.Options, owner.Logger);
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

    /// <summary>Its age when it began to ask for a worker, when it had one, and when its first token came.</summary>
    public TimeSpan? Admitted { get; private set; }
    public TimeSpan? Queued { get; private set; }
    public TimeSpan? FirstToken { get; private set; }
    public TimeSpan Age => owner.Clock.GetElapsedTime(began);
    public int CompletionTokens => Choices.Sum(choice => choice.Count);
    public int AcceptedTokens => Choices.Sum(choice => choice.Guesses?.Accepted ?? 0);
    public int RejectedTokens => Choices.Sum(choice => choice.Guesses?.Rejected ?? 0);
    public HeldGrant? Held => place.Held;
    private RunLine Line => new(owner.Runs, Worker, Id, Run);
    private bool IsFinished => Choices.All(choice => choice.Finish is not null);

    /// <summary>Ends after the last frame of every choice; nothing follows a failed step.</summary>
    public async IAsyncEnumerable<Step> Steps([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var running = place.Worker is not null; ; running = false)
        {
            var had = CompletionTokens;
            if (!running)
            {
                var lost = Worker.Length > 0 ? Worker : null;
                Run++;
                Admitted ??= Age;
                await foreach (var refusal in place.Take(TicketOf(lost), takesOver: Run > 1, cancellation)) yield return refusal is null ? Step.Waiting : Step.Failed(refusal);
                Worker = place.Worker!; // it ends with one
                Queued ??= Age;
                var run = Continued();
                sending = Start(run);
                if ((Quota.IsFinal || Quota.Allowance > run.Allowance) && await sending) await Allow();
            }

            await foreach (var step in Frames(cancellation)) yield return step;
            if (IsFinished) yield break;

            Log.WorkerLost(owner.Logger, Id, Run, Worker);
            await Line.Close();
            await LeaveWorker();
            if (Run == 1 || CompletionTokens > had) continue;
            yield return Step.Waiting;
            await Task.Delay(NextRun, owner.Clock, cancellation);
        }
    }

    /// <summary>Ends a run nobody waits for any more; what its worker had made by then is taken.</summary>
    public async Task Cancel()
    {
        if (place.Worker is null) return;
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
    public ValueTask LeaveWorker() => place.Leave(CompletionTokens);

    public async ValueTask DisposeAsync()
    {
        Quota.AskNoMore();
        await raising;
        owner.Forget(this);
        mailbox.Dispose();
        stopping.Dispose();
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Worker.Length > 0 && !IsGivenAway) await Line.Close();
    }

    private Ticket TicketOf(string? avoid) => new($"{Id}/{Run}", ProjectId, Request.Band, Request.Choices, PromptEstimate, prefix, avoid);

    private RunChat Continued()
    {
        var run = first with { Run = Run, Record = Record(), Allowance = Quota.Allowance };
        if (Run == 1) return run;
        run = run with { SoFar = [.. Choices.Select(choice => choice.Tokens())], Logprobs = Request.Sampling.Logprobs is null ? [] : [.. Choices.Select(choice => choice.LogprobsSoFar)] };
        return Request.Sampling.Extras?.Mirostat is null ? run : run with { Mus = [.. Choices.Select(choice => choice.Mu)] };
    }

    /// <summary>Nobody waits until the broker has confirmed it: frames may come before. A worker that has no queue any more answers as one that refuses.</summary>
    private async Task<bool> Start(RunChat run)
    {
        if (await Line.Start(run)) return true;
        mailbox.Post(new Frame { GenerationId = Id, Run = run.Run, Choice = 0, From = 0, Error = new RunError(RunErrorKind.WorkerUnavailable, "worker_gone", "The worker has no queue any more.") });
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} lost worker {Worker} in run {Run}")]
        public static partial void WorkerLost(ILogger logger, string generationId, int run, string worker);

        [LoggerMessage(2, LogLevel.Warning, "{GenerationId} was cancelled, but worker {Worker} did not say what it had made")]
        public static partial void LastFramesMissing(ILogger logger, string generationId, string worker);
    }
}
