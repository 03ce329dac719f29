using System.Runtime.CompilerServices;
using Platform.Gateway.Errors;
using Platform.Grains;
using Platform.Grains.Pools;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>The place of one request in its model's pool: waits for a worker, holds the grant, gives it back.</summary>
internal sealed partial class PoolPlace(string model, IGrainFactory grains, TimeProvider clock, GenerationOptions options, ILogger logger)
{
    /// <summary>A client that has to wait hears of it after this at the latest.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long a later question waits at most: one that dies with its silo is asked again only after that.</summary>
    private static readonly TimeSpan NextPatience = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks for a worker that is to take over.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(500);

    private readonly IPool pool = grains.GetGrain<IPool>(model);
    private Ticket? ticket;

    /// <summary>The worker it has now.</summary>
    public string? Worker { get; private set; }

    public HeldGrant? Held => Worker is { } held && ticket is { } granted ? new HeldGrant(granted, held) : null;

    /// <summary>Goes on with what another gateway was granted.</summary>
    public void Hold(Ticket granted, string by) => (ticket, Worker) = (granted, by);

    /// <summary>Ends with a worker. Until then each answer is null while it has to wait; an error is the last one.</summary>
    /// <param name="takesOver">A worker was lost: whether there is another one at all may take a while to show.</param>
    public async IAsyncEnumerable<ApiError?> Take(Ticket asked, bool takesOver, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ticket = asked;
        var since = clock.GetTimestamp();
        for (var patience = FirstPatience; ; patience = options.Silence < NextPatience ? options.Silence : NextPatience)
        {
            var answer = await Ask(asked, patience, since, cancellation);
            switch (answer?.State)
            {
                case TicketState.Granted:
                    Worker = answer.Value.Worker!; // a grant names its worker
                    yield break;
                case TicketState.Waiting:
                    yield return null;
                    break;
                case null:
                case TicketState.NoWorker or TicketState.QueueFull when takesOver && clock.GetElapsedTime(since) < options.Recovery:
                    yield return null;
                    await Task.Delay(NextLook, clock, cancellation);
                    break;
                case TicketState.QueueFull:
                    yield return ApiError.RateLimited($"Too many requests are waiting for the model '{model}'. Please try again later.", TimeSpan.FromMilliseconds(answer.Value.RetryAfterMs));
                    break;
                default:
                    yield return ApiError.Unavailable($"No worker serves the model '{model}' at the moment. Please try again later.", TimeSpan.FromSeconds(5));
                    break;
            }
        }
    }

    /// <summary>Whether the pool still hears of a worker; also true while nobody can tell, and for a while where there is no other that could go on.</summary>
    /// <param name="silences">How often in a row nothing came from it.</param>
    public async ValueTask<bool> Knows(string worker, int silences = 1)
    {
        try
        {
            var workers = (await pool.Read().AsTask().Within(GrainCall.Patience, clock)).Workers;
            return workers.Any(known => known.WorkerId == worker) || (workers.Count == 0 && silences * options.Silence < options.Recovery);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            return true;
        }
    }

    /// <summary>Gives the worker back, or the place in the queue.</summary>
    public async ValueTask Leave(long completionTokens)
    {
        if (ticket is not { } held) return;
        (ticket, Worker) = (null, null);
        try
        {
            await pool.Release(held.Id, completionTokens).AsTask().Within(GrainCall.Patience, clock);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            Log.GrantLeftToLapse(logger, held.Id, e.Message);
        }
    }

    /// <summary>Null: the silo is away, and there is time left to wait for it. Asking twice is asking once.</summary>
    private async ValueTask<TicketAnswer?> Ask(Ticket asked, TimeSpan patience, long since, CancellationToken cancellation)
    {
        try
        {
            return await pool.Take(asked, patience).Within(patience + GrainCall.Patience, clock, cancellation);
        }
        catch (Exception e) when (Failure.IsOutage(e) && clock.GetElapsedTime(since) < options.Recovery)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The grant of {Ticket} could not be given back and will lapse: {Reason}")]
        public static partial void GrantLeftToLapse(ILogger logger, string ticket, string reason);
    }
}
