using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Platform.Benchmarks.Processes;

/// <summary>
/// A server that streams as simply as one can. <c>/ticks</c>: at every tick a chunk to every stream, with the time at which it was made. <c>/slow</c>: a chunk at once, then one every three seconds.
/// </summary>
internal static class TickServer
{
    private static readonly byte[] SlowChunk = Encoding.ASCII.GetBytes($"data: {new string('.', 250)}\n\n"); // as long as a chunk of a chat

    public static WebApplication Build(string port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", $"http://127.0.0.1:{port}");
        var app = builder.Build();
        var ticker = new Ticker();
        app.MapGet("/health/ready", () => "ok");
        app.MapPost("/ticks", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.ContentType = "text/event-stream";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            for (var i = 0; i < ChunkDelay.Chunks; i++)
            {
                var made = await ticker.Next();
                await http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($"data: {made}\n\n"), http.RequestAborted);
            }
        });
        app.MapPost("/slow", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.ContentType = "text/event-stream";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            while (true)
            {
                await http.Response.Body.WriteAsync(SlowChunk, http.RequestAborted);
                await Task.Delay(BenchCluster.SlowPace, http.RequestAborted);
            }
        });
        return app;
    }

    /// <summary>A thread that wakes everybody, as an engine's does after a step.</summary>
    private sealed class Ticker
    {
        private TaskCompletionSource<long> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Ticker() => new Thread(Run) { IsBackground = true }.Start();

        public Task<long> Next() => Volatile.Read(ref _next).Task;

        private void Run()
        {
            while (true)
            {
                Thread.Sleep(BenchCluster.Pace);
                Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(Stopwatch.GetTimestamp());
            }
        }
    }
}
