using System.Net;
using Microsoft.Extensions.Options;
using Platform.Grains.Keys;

namespace Platform.WebConsole.Access;

/// <summary>Who may see the page's figures: a browser on this machine (unless switched off), else the holder of a key.</summary>
internal sealed class ConsoleAccess(IGrainFactory grains, IOptions<ConsoleOptions> options)
{
    /// <summary>The project whose figures the caller may see, or null.</summary>
    public async ValueTask<string?> ProjectOf(HttpContext http)
    {
        if (IsOwnPage(http)) return PageKey.ProjectId;
        var authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        var secret = authorization["Bearer ".Length..].Trim();
        if (ApiKeySecret.KeyId(secret) is not { } keyId) return null;
        return (await grains.GetGrain<IApiKey>(keyId).Verify(ApiKeySecret.Hash(secret)))?.ProjectId;
    }

    /// <summary>
    /// A request from this machine to a loopback name (so no rebound host name), not passed on by a proxy, and not made by another site's page.
    /// </summary>
    public bool IsOwnPage(HttpContext http)
    {
        var request = http.Request;
        return options.Value.OpenOnLoopback
            && http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
            && IsLoopbackName(request.Host.Host)
            && !request.Headers.ContainsKey("Forwarded") && !request.Headers.ContainsKey("X-Forwarded-For")
            && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
            && (request.Headers.Origin.ToString() is "" || request.Headers.Origin == $"{request.Scheme}://{request.Host}");
    }

    private static bool IsLoopbackName(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
