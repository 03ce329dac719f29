using System.Globalization;
using Platform.Gateway.Messages;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Messages;

namespace Platform.Gateway.Errors;

/// <summary>Sends an <see cref="ApiError"/> as an HTTP answer, in the envelope of the API that was asked.</summary>
internal static class ErrorResponse
{
    public static async Task Write(this ApiError error, HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        response.ContentLength = null;
        if (error.RetryAfter is { } wait)
        {
            var milliseconds = Math.Clamp((long)Math.Ceiling(wait.TotalMilliseconds), 1, 60_000);
            response.Headers.RetryAfter = ((milliseconds + 999) / 1000).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.ShouldRetry is { } should) response.Headers["x-should-retry"] = should ? "true" : "false";
        if (http.Request.Path.StartsWithSegments(MessagesRegistration.Path)) MessagesError.Write(response.BodyWriter, error, http.TraceIdentifier);
        else ErrorBody.Write(response.BodyWriter, error);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
