using System.Net;
using System.Net.Sockets;
using Platform.Cli.Up;

namespace Platform.Cli.Tests.Up;

public sealed class PortsTests
{
    [Fact]
    public void A_taken_port_is_seen_and_its_holder_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.False(Ports.IsFree(IPAddress.Loopback, port));
        Assert.False(Ports.IsFree(IPAddress.Any, port));
        Assert.True(Ports.IsFree(IPAddress.Parse("127.0.0.2"), port));
        Assert.EndsWith($"(process {Environment.ProcessId})", Ports.Holder(port), StringComparison.Ordinal);
        Assert.True(Ports.FreeFrom(IPAddress.Loopback, port) > port);
    }
}
