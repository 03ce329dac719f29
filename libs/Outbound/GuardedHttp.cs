using System.Net;
using System.Net.Sockets;

namespace Platform.Outbound;

/// <summary>
/// HTTP to addresses that others name. The address is checked where the connection is made, after DNS and for every redirect, and it is that one that is connected to:
/// no name leads to a private one.
/// </summary>
public static class GuardedHttp
{
    /// <param name="redirects">How many are followed.</param>
    /// <param name="allowPrivate">Whether private addresses may be asked too: only where all callers are trusted.</param>
    public static HttpClient Create(int redirects, bool allowPrivate, TimeSpan timeout)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false, // a proxy would connect where nobody checks
            UseCookies = false,
            AllowAutoRedirect = redirects > 0,
            MaxAutomaticRedirections = Math.Max(1, redirects),
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = 32,
            ConnectCallback = (context, cancellation) => Connect(context.DnsEndPoint, allowPrivate, cancellation),
        };
        var client = new HttpClient(handler) { Timeout = timeout };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("platform");
        return client;
    }

    private static async ValueTask<Stream> Connect(DnsEndPoint to, bool allowPrivate, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(to.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(to.Host, cancellation);
        if (addresses.Length == 0 || (!allowPrivate && !addresses.All(PublicAddress.Is))) throw new PrivateAddressException($"{to.Host} leads to a private address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name that may not be asked; comes as the inner exception of an <see cref="HttpRequestException"/>.</summary>
public sealed class PrivateAddressException : IOException
{
    public PrivateAddressException() { }
    public PrivateAddressException(string message) : base(message) { }
    public PrivateAddressException(string message, Exception inner) : base(message, inner) { }
}
