using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>How a generation leaves this gateway before its end.</summary>
internal sealed partial class Generation
{
    private readonly CancellationTokenSource departing = new();

    /// <summary>Another gateway, or the worker, records it and gives back what it holds.</summary>
    public bool IsGivenAway { get; private set; }

    /// <summary>Set once <see cref="Depart"/> was called: what the client is told.</summary>
    public ApiError? Departure { get; private set; }

    public CancellationToken Departing => departing.Token;

    /// <summary>Ends it here. A stream that a worker has begun is left with that worker, for its client to continue through another gateway; all else ends for good.</summary>
    public async Task Depart(ApiError why)
    {
        Departure = why;
        IsGivenAway = Request.Stream && place.Worker is not null;
        try
        {
            await departing.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // it has ended meanwhile
        }
    }
}
