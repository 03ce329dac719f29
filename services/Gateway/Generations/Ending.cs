using Platform.Contracts.Generations;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>How a generation ended.</summary>
/// <param name="Error">What the client is told when it failed.</param>
internal sealed record Ending(Outcome Outcome, string? Reason = null, ApiError? Error = null)
{
    public static Ending Completed { get; } = new(Outcome.Completed);

    public static Ending Left { get; } = new(Outcome.Cancelled, "client_disconnected");

    public static Ending TimedOut { get; } = Failed(new ApiError(504, "The request took too long.", "server_error", null, "timeout"));

    /// <summary>The worker ended it by itself: its deadline had passed, or it saw no gateway for too long.</summary>
    public static Ending Cut { get; } = Failed(new ApiError(504, "The generation was ended before it was complete.", "server_error", null, "generation_incomplete"));

    public static Ending Failed(ApiError error) => new(Outcome.Failed, error.Code ?? error.Type, error);
}
