using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Streaming;

/// <summary>A response that is a stream of events.</summary>
internal static class ServerSentEvents
{
    public static void OpenEvents(this HttpResponse response)
    {
        if (response.HasStarted) return;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect the events otherwise
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>A comment that keeps the connection alive.</summary>
    public static void Ping(IBufferWriter<byte> output) => output.Write(": ping\n\n"u8);
}
