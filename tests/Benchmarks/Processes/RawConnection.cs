using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Benchmarks.Processes;

/// <summary>What arrived, when it did.</summary>
internal delegate void Received(ReadOnlySpan<byte> bytes);

/// <summary>A kept HTTP/1.1 connection that sends prepared bytes and reads chunked answers to their end: what the load costs beside the server under it is a send and a few receives.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int Tail = 7;

    private static readonly byte[] Last = "\r\n0\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Its first bytes are the last ones of the receive before.</summary>
    private readonly byte[] _buffer;

    private RawConnection(int bufferBytes) => _buffer = new byte[Tail + bufferBytes];

    public static async Task<RawConnection> Open(Uri server, int bufferBytes = 16 * 1024)
    {
        var connection = new RawConnection(bufferBytes);
        await connection._socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port);
        return connection;
    }

    public static byte[] Post(Uri server, string path, string apiKey, string json) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {apiKey}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>Sends a request and reads its answer to the end; throws when it is not a chunked 200.</summary>
    public async ValueTask Send(ReadOnlyMemory<byte> request, Received? received = null, CancellationToken cancellation = default)
    {
        await _socket.SendAsync(request, cancellation);
        _buffer.AsSpan(0, Tail).Clear();
        for (var first = true; ; first = false)
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(Tail), cancellation);
            if (count == 0) throw new IOException("The server hung up before the end of its answer.");
            if (first && !IsFine(_buffer.AsSpan(Tail, count))) throw new IOException($"A chunked 200 was expected, not {Encoding.UTF8.GetString(_buffer, Tail, count)}");
            received?.Invoke(_buffer.AsSpan(Tail, count));
            var seen = _buffer.AsSpan(0, Tail + count);
            if (seen.EndsWith(Last)) return;
            seen[^Tail..].CopyTo(_buffer);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsFine(ReadOnlySpan<byte> answer) => answer.StartsWith("HTTP/1.1 200 "u8) && answer.IndexOf("Transfer-Encoding: chunked"u8) > 0;
}
