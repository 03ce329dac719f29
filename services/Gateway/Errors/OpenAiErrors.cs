using System.Globalization;
using Platform.Contracts.Generations;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Errors;

/// <summary>Around everything: the headers every answer has, and the error object for whatever ends without a body of its own.</summary>
internal sealed partial class OpenAiErrors(RequestDelegate next, ILogger<OpenAiErrors> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = PublicId.New("req_");
        http.Response.OnStarting(StandardHeaders, (http, TimeProvider.System.GetTimestamp()));
        try
        {
            await next(http);
            if (http.Response is not { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null }) return;
            if (HttpMethods.IsOptions(http.Request.Method) && http.Response.StatusCode == 405) http.Response.StatusCode = 204; // with the Allow that routing gave
            else await Bare(http).Write(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // nobody is there any more
        }
        catch (Exception e)
        {
            if (e is not BadHttpRequestException) Log.RequestFailed(logger, e, http.Request.Method, http.TraceIdentifier);
            if (http.Response.HasStarted) http.Abort();
            else await Failure.Of(e).Write(http);
        }
    }

    /// <summary>For a status that routing or another middleware gave.</summary>
    private static ApiError Bare(HttpContext http) => http.Response.StatusCode switch
    {
        401 => ApiError.Unauthorized("You need to be signed in."),
        404 => ApiError.Refused(404, $"Invalid URL ({http.Request.Method} {http.Request.Path})", "unknown_url"),
        405 => ApiError.Refused(405, $"Not allowed to {http.Request.Method} on {http.Request.Path} (HINT: Perhaps you meant to use another HTTP method?)", "method_not_supported"),
        var status and >= 500 => ApiError.Server() with { Status = status },
        var status => ApiError.Refused(status, "The request was refused."),
    };

    private static Task StandardHeaders(object state)
    {
        var (http, began) = ((HttpContext, long))state;
        var headers = http.Response.Headers;
        headers["x-request-id"] = http.TraceIdentifier;
        headers["openai-version"] = "2020-10-01";
        headers["openai-processing-ms"] = ((long)TimeProvider.System.GetElapsedTime(began).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} request {RequestId} failed")]
        public static partial void RequestFailed(ILogger logger, Exception exception, string method, string requestId);
    }
}
