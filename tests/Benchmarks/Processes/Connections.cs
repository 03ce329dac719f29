using System.Collections.Concurrent;

namespace Platform.Benchmarks.Processes;

/// <summary>Kept connections to one server, as many as are in use at once.</summary>
internal sealed class Connections(Uri server) : IDisposable
{
    private readonly ConcurrentBag<RawConnection> _idle = [];

    public async Task Send(ReadOnlyMemory<byte> request, Received? received = null)
    {
        var connection = _idle.TryTake(out var kept) ? kept : await RawConnection.Open(server);
        try
        {
            await connection.Send(request, received);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _idle.Add(connection);
    }

    public void Dispose()
    {
        foreach (var connection in _idle) connection.Dispose();
    }
}
