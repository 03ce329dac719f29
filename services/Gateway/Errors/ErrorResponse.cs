using System.Globalization;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Errors;

/// <summary>Sends an <see cref="ApiError"/> as an HTTP answer.</summary>
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
        ErrorBody.Write(response.BodyWriter, error);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
