using System.Threading.Channels;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;
using Platform.Messaging.Runs;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Embeddings;

/// <summary>One request's embeddings: waits for a worker, sends it the run, collects the vectors, and goes on elsewhere when that worker is lost.</summary>
internal sealed partial class Embedding : IAsyncDisposable
{
    /// <summary>Between two looks for a worker that is to take over.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(500);

    private readonly LiveEmbeddings owner;
    private readonly PoolPlace place;
    private readonly ChannelReader<EmbeddingAnswer> answers;
    private readonly DateTimeOffset deadline;
    private readonly long began;

    public Embedding(string id, EmbeddingRequest request, int estimate, LiveEmbeddings owner)
    {
        (Id, Request, this.owner) = (id, request, owner);
        (StartedAt, began) = (owner.Clock.GetUtcNow(), owner.Clock.GetTimestamp());
        deadline = StartedAt + owner.Options.Timeout;
        Reservation = new Reservation(id, request.Caller.KeyId, request.Model.Id, new Amount(estimate, request.Model.Entry.Prices.MostMicros(estimate, 0)));
        place = new PoolPlace(request.Model.Id, owner.Grains, owner.Clock, owner.Options, owner.Logger);
        answers = owner.Inbox.Open(id);
        Vectors = new CollectedVectors(request.Inputs.Count);
    }

    public string Id { get; }
    public EmbeddingRequest Request { get; }
    public DateTimeOffset StartedAt { get; }
    public TimeSpan Age => owner.Clock.GetElapsedTime(began);
    public TimeSpan? Queued { get; private set; }
    public Reservation Reservation { get; }
    public bool IsReserved { get; set; }
    public CollectedVectors Vectors { get; private set; }

    /// <summary>By the vectors there are.</summary>
    public Amount Used => new(Vectors.PromptTokens, Request.Model.Entry.Prices.Micros(Vectors.PromptTokens, 0, 0));

    /// <summary>The worker that has it now, or had it last.</summary>
    public string Worker { get; private set; } = "";
    public int Run { get; private set; }
    public HeldGrant? Held => place.Held;

    /// <summary>Null: the vectors are there.</summary>
    public async Task<ApiError?> Make(CancellationToken cancellation)
    {
        while (true)
        {
            var lost = Worker;
            if (Run > 1) await Task.Delay(NextLook, owner.Clock, cancellation); // two workers in a row could not
            var ticket = new Ticket($"{Id}/{++Run}", Request.Caller.ProjectId, 0, Request.Slots, Reservation.Amount.Tokens, [], lost.Length > 0 ? lost : null);
            await foreach (var refusal in place.Take(ticket, takesOver: Run > 1, cancellation))
            {
                if (refusal is not null) return refusal;
            }

            Worker = place.Worker!; // it ends with one
            Queued ??= Age;
            if (await Send(cancellation))
            {
                var (done, error) = await Collect(cancellation);
                if (done) return error;
            }

            Log.WorkerLost(owner.Logger, Id, Run, Worker);
            await LeaveWorker();
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public async Task Cancel()
    {
        if (place.Worker is null) return;
        try
        {
            await owner.Queues.Send(Worker, new CancelRun(Id, Run), CancellationToken.None);
        }
        catch (WorkerUnreachableException)
        {
            // it has ended already
        }
    }

    /// <summary>Gives the worker back, or the place in the queue.</summary>
    public ValueTask LeaveWorker() => place.Leave(completionTokens: 0);

    public ValueTask DisposeAsync()
    {
        owner.Forget(this);
        return default;
    }

    /// <summary>False: the worker has no queue any more.</summary>
    private async Task<bool> Send(CancellationToken cancellation)
    {
        try
        {
            await owner.Queues.Send(Worker, Request.Run(Id, Run, owner.Inbox.Address, deadline), cancellation);
            return true;
        }
        catch (WorkerUnreachableException)
        {
            return false;
        }
    }

    /// <summary>Not done: the worker is lost, or has had to give up.</summary>
    private async Task<(bool Done, ApiError? Error)> Collect(CancellationToken cancellation)
    {
        Vectors = new CollectedVectors(Request.Inputs.Count);
        while (true)
        {
            if (!answers.TryRead(out var answer))
            {
                if (!await AnswerArrives(cancellation) && !await IsStillThere(cancellation)) return (false, null);
                continue;
            }

            if (answer.Run != Run) continue;
            if (answer.Error is { Kind: RunErrorKind.WorkerUnavailable }) return (false, null);
            if (answer.Error is { } error) return (true, error.Kind == RunErrorKind.InvalidRequest ? ApiError.Invalid(error.Message, error.Param, error.Code) : ApiError.Server(error.Message));
            if (Vectors.Take(answer)) return (true, null);
        }
    }

    /// <summary>False when none came within the time a worker may be silent.</summary>
    private async ValueTask<bool> AnswerArrives(CancellationToken cancellation)
    {
        try
        {
            return await answers.WaitToReadAsync(cancellation).AsTask().WaitAsync(owner.Options.Silence, owner.Clock, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>After a silence: the worker may be busy, its answer lost, or itself. Sent again, a run that is at work is not begun twice.</summary>
    private async ValueTask<bool> IsStillThere(CancellationToken cancellation) => await Send(cancellation) && await place.Knows(Worker);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} lost worker {Worker} in run {Run}")]
        public static partial void WorkerLost(ILogger logger, string generationId, int run, string worker);
    }
}
