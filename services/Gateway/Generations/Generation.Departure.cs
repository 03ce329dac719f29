using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>How a generation leaves this gateway before its end.</summary>
internal sealed partial class Generation
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Another gateway, or the worker, records it and gives back what it holds.</summary>
    public bool IsGivenAway { get; private set; }

    /// <summary>Set once <see cref="Depart"/> was called: what the client is told.</summary>
    public ApiError? Departure { get; private set; }

    /// <summary>Cancelled when nobody waits any more, when it has taken too long, and when it leaves.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Dispose what is returned before the generation.</summary>
    public CancellationTokenRegistration StopWith(TimeSpan timeout, CancellationToken left)
    {
        stopping.CancelAfter(timeout);
        return left.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), stopping);
    }

    /// <summary>Ends it here. A stream that a worker has begun is left with that worker, for its client to continue through another gateway; all else ends for good.</summary>
    public async Task Depart(ApiError why)
    {
        Departure = why;
        IsGivenAway = Request.Stream && place.Worker is not null;
        try
        {
            await stopping.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // it has ended meanwhile
        }
    }
}
