using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>The way of one process to a server: a TCP proxy that passes bytes on, late, not at all, or tears its connections.</summary>
internal sealed class Link : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly int _server;
    private volatile TaskCompletionSource _open = Passable();
    private long _delayTicks;

    /// <param name="server">Port of the server on the loopback address.</param>
    public Link(int server)
    {
        _server = server;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Accept();
    }

    /// <summary>What the process is told instead of the server's.</summary>
    public int Port { get; }

    /// <summary>Later from now on by so much, each way.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Nothing passes either way, and nobody is told: connections stay, new ones are taken and get no answer.</summary>
    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was under way arrives now, on the connections that are still there.</summary>
    public void Mend() => _open.TrySetResult();

    /// <summary>Tears every connection (RST), whatever was under way.</summary>
    public void Reset()
    {
        foreach (var socket in _sockets.Keys) Tear(socket);
    }

    public void Dispose()
    {
        _listener.Stop();
        Reset();
        Mend();
    }

    private static TaskCompletionSource Passable()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Join(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task Join(Socket process)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        process.NoDelay = true;
        _sockets[process] = _sockets[server] = true;
        try
        {
            await _open.Task;
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAll(Pass(process, server), Pass(server, process));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // one end is gone, and so is the other now
        }

        Tear(process);
        Tear(server);
    }

    /// <summary>Until one end has closed; the other hears of it.</summary>
    private async Task Pass(Socket from, Socket to)
    {
        var buffer = new byte[16384];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _open.Task;
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay);
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent..count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            Tear(from);
            Tear(to);
            throw;
        }
    }

    private void Tear(Socket socket)
    {
        if (!_sockets.TryRemove(socket, out _)) return;
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
