using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Generations;

/// <summary>What a response of server-sent events begins with.</summary>
internal static class EventStreamHeaders
{
    public static void Write(HttpContext http)
    {
        if (http.Response.HasStarted) return;
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect the events otherwise
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
