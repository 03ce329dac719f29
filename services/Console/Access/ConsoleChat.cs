namespace Platform.WebConsole.Access;

/// <summary>Lets the page on this machine chat without a key in the browser: <c>/console/v1/…</c> becomes <c>/v1/…</c> under the console's own key.</summary>
internal sealed class ConsoleChat(RequestDelegate next, ConsoleAccess access, PageKey key)
{
    private static readonly PathString Prefix = "/console/v1";

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments(Prefix, out var rest) && access.IsOwnPage(http))
        {
            http.Request.Path = "/v1" + rest;
            http.Request.Headers.Authorization = $"Bearer {await key.Secret(http.RequestAborted)}";
        }
        await next(http);
    }
}
