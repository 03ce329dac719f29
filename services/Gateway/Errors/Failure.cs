using System.Data.Common;
using System.Net.Sockets;
using Orleans.Runtime;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Errors;

/// <summary>What the client is told of an exception.</summary>
internal static class Failure
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(2);

    public static ApiError Of(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiError.Refused(413, "The body of your request is too large.", "request_too_large"),
        BadHttpRequestException bad => ApiError.Refused(bad.StatusCode, bad.Message),
        _ when IsOutage(exception) => ApiError.Unavailable("The platform can't reach a part of itself at the moment. Please try again.", SoonAgain),
        _ => ApiError.Server(),
    };

    /// <summary>A silo, the database or the network is away: it passes.</summary>
    public static bool IsOutage(Exception exception) =>
        exception is OrleansException or DbException or SocketException or TimeoutException || (exception.InnerException is { } inner && IsOutage(inner));
}
