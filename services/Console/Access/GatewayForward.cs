using System.Net;
using Microsoft.Extensions.Options;

namespace Platform.WebConsole.Access;

/// <summary>Passes the chat of the page on this machine to a gateway, under the console's own key, and the answer back as it comes.</summary>
internal sealed class GatewayForward(ConsoleAccess access, PageKey key, IOptions<ConsoleOptions> options) : IDisposable
{
    private readonly HttpClient _gateway = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(options.Value.Gateway), Timeout = Timeout.InfiniteTimeSpan };

    public async Task Pass(HttpContext http, string path)
    {
        if (!access.IsOwnPage(http))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"/v1/{path}{http.Request.QueryString}");
        request.Headers.Authorization = new("Bearer", await key.Secret(http.RequestAborted));
        if (http.Request.ContentLength is not (null or 0) || http.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(http.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        }

        try
        {
            using var answer = await _gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await using var body = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
            await Copy(body, http);
        }
        catch (HttpRequestException) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = (int)HttpStatusCode.BadGateway;
        }
    }

    public void Dispose() => _gateway.Dispose();

    private static async Task Copy(Stream body, HttpContext http)
    {
        var buffer = new byte[16384];
        int count;
        while ((count = await body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}
