using System.Net;
using System.Net.Sockets;

namespace Platform.Scenarios.Tests.Cluster;

public sealed class LinkTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Link _link;

    public LinkTests()
    {
        _server.Start();
        _link = new Link(((IPEndPoint)_server.LocalEndpoint).Port);
    }

    [Fact]
    public async Task What_is_sent_while_it_is_cut_arrives_when_it_is_mended()
    {
        var (near, far) = await Connect();
        await near.SendAsync("before"u8.ToArray());
        Assert.Equal("before", await Read(far, 6));

        _link.Cut();
        await near.SendAsync("during"u8.ToArray());
        var late = Read(far, 6);
        Assert.False(late.IsCompleted);
        using var unanswered = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await unanswered.ConnectAsync(IPAddress.Loopback, _link.Port);
        Assert.False(_server.Pending());

        _link.Mend();
        Assert.Equal("during", await late);
    }

    [Fact]
    public async Task A_reset_is_an_error_at_both_ends()
    {
        var (near, far) = await Connect();
        _link.Reset();
        await Assert.ThrowsAsync<SocketException>(() => Read(near, 1));
        await Assert.ThrowsAsync<SocketException>(() => Read(far, 1));
    }

    [Fact]
    public async Task An_end_at_one_side_is_one_at_the_other()
    {
        var (near, far) = await Connect();
        await near.SendAsync("bye"u8.ToArray());
        near.Shutdown(SocketShutdown.Send);
        Assert.Equal("bye", await Read(far, 4));
    }

    public void Dispose()
    {
        _link.Dispose();
        _server.Dispose();
    }

    private async Task<(Socket Near, Socket Far)> Connect()
    {
        var near = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(IPAddress.Loopback, _link.Port);
        return (near, await _server.AcceptSocketAsync());
    }

    /// <summary>So many bytes, or fewer where it ends before.</summary>
    private static async Task<string> Read(Socket socket, int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count && await socket.ReceiveAsync(bytes.AsMemory(read..)) is > 0 and var more) read += more;
        return System.Text.Encoding.ASCII.GetString(bytes, 0, read);
    }
}
