using System.Net;
using System.Net.Sockets;

namespace Platform.Fixtures;

public static class FreePort
{
    /// <summary>A TCP port of the loopback address that nobody listens on just now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
