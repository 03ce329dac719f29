using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Catalog.Tests.Hub;

/// <summary>A server that speaks the hub's API, with a second one that stands for its CDN, and the mishaps a test asks for.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private readonly WebApplication hub, cdn;
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string Sha256)> files = new();

    private HubServer()
    {
        (hub, cdn) = (Listening(), Listening());
        hub.MapGet("/api/models/{owner}/{name}/revision/{revision}", Describe);
        hub.MapGet("/{owner}/{name}/resolve/{revision}/{**path}", Resolve);
        cdn.MapGet("/blobs/{**path}", Send);
    }

    public string Address => hub.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    private string CdnAddress => cdn.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Status and error code that every request is refused with.</summary>
    public (int Status, string? Code)? Refusal { get; set; }

    /// <summary>Token without which nothing is told.</summary>
    public string? Token { get; set; }
    public bool KnowsRanges { get; set; } = true;

    /// <summary>Answers that are cut after <see cref="CutAfter"/> bytes.</summary>
    public int Cuts { get; set; }
    public int CutAfter { get; set; }
    public int Busy { get; set; }

    /// <summary>Where it is set, an answer of a file stops half way until it has ended.</summary>
    public Task? Held { get; set; }

    /// <summary>Bytes after which nothing is given any more.</summary>
    public long DeadAfter { get; set; } = long.MaxValue;

    /// <summary>Ranges that were asked for, in the order of the answers.</summary>
    public ConcurrentQueue<(long From, long To)> Ranges { get; } = new();
    public ConcurrentQueue<string> CdnTokens { get; } = new();
    public long BytesSent => Interlocked.Read(ref sent);
    private long sent;

    public static async Task<HubServer> Start()
    {
        var server = new HubServer();
        await server.hub.StartAsync();
        await server.cdn.StartAsync();
        return server;
    }

    /// <param name="sha256">What the hub says the hash is; null: the real one.</param>
    public void Add(string path, byte[] bytes, string? sha256 = null) => files[path] = (bytes, sha256 ?? Convert.ToHexStringLower(SHA256.HashData(bytes)));

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        await cdn.DisposeAsync();
    }

    private static WebApplication Listening()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private IResult Describe(HttpRequest request)
    {
        if (Refused(request) is { } refused) return refused;
        return Results.Json(new
        {
            id = "acme/tiny-GGUF",
            sha = "0123456789abcdef0123456789abcdef01234567",
            createdAt = "2025-03-04T05:06:07.000Z",
            cardData = new { license = "apache-2.0" },
            siblings = files.Select(file => new { rfilename = file.Key, size = file.Value.Bytes.Length, lfs = new { sha256 = file.Value.Sha256, size = file.Value.Bytes.Length, pointerSize = 135 } })
                .Append<object>(new { rfilename = "README.md", size = 12 }),
        });
    }

    private IResult Resolve(HttpRequest request, string path) =>
        Refused(request) ?? (files.ContainsKey(path) ? Results.Redirect($"{CdnAddress}/blobs/{path}?signature=x") : Results.NotFound());

    private IResult? Refused(HttpRequest request)
    {
        if (BytesSent > DeadAfter) return Results.StatusCode(502);
        if (Busy > 0)
        {
            Busy--;
            return Results.StatusCode(503);
        }

        if (Refusal is { } refusal)
        {
            if (refusal.Code is not null) request.HttpContext.Response.Headers["X-Error-Code"] = refusal.Code;
            return Results.StatusCode(refusal.Status);
        }

        return Token is null || request.Headers.Authorization == $"Bearer {Token}" ? null : Results.StatusCode(401);
    }

    private async Task Send(HttpContext http, string path)
    {
        CdnTokens.Enqueue(http.Request.Headers.Authorization.ToString());
        var bytes = files[path].Bytes;
        var (from, to) = (0L, bytes.Length - 1L);
        if (KnowsRanges && http.Request.GetTypedHeaders().Range is { } range)
        {
            (from, to) = (range.Ranges.Single().From!.Value, range.Ranges.Single().To!.Value);
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = $"bytes {from}-{to}/{bytes.Length}";
            Ranges.Enqueue((from, to));
        }

        http.Response.ContentLength = to - from + 1;
        if (to - from >= CutAfter && Cuts > 0)
        {
            Cuts--;
            await http.Response.Body.WriteAsync(bytes.AsMemory((int)from, CutAfter));
            await http.Response.Body.FlushAsync();
            Interlocked.Add(ref sent, CutAfter);
            return; // fewer bytes than were promised: the server closes the connection
        }

        if (Held is { } held && to > from)
        {
            var half = (to - from) / 2;
            await http.Response.Body.WriteAsync(bytes.AsMemory((int)from, (int)half));
            Interlocked.Add(ref sent, half);
            await held;
            from += half;
        }

        await http.Response.Body.WriteAsync(bytes.AsMemory((int)from, (int)(to - from + 1)));
        Interlocked.Add(ref sent, to - from + 1);
    }
}
