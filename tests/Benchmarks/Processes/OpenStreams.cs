using Platform.Fixtures;

namespace Platform.Benchmarks.Processes;

/// <summary>Very many streams open at once, each with a token every three seconds: what memory the gateway takes for them, next to what a server takes that does nothing else.</summary>
internal sealed class OpenStreams(BenchCluster cluster, Served bare)
{
    private const int Asked = 10_000, AtOnce = 2_500, SpareFiles = 200;

    private readonly int _streams = Math.Min(Math.Min(Asked, BenchCluster.MostStreams), (int)Math.Min(int.MaxValue, FileLimit() - SpareFiles));
    private (long Before, long With) _bare, _gateway;

    public async Task Measure(Action<double> progress)
    {
        var slow = RawConnection.Post(bare.Address, "/slow", "none", "{}");
        _bare = await Hold(bare.Address, () => bare.MemoryBytes, _ => slow, "data: "u8.ToArray(), done => progress(done / 2));
        _gateway = await Hold(cluster.Gateway, () => cluster.Resident("gateway-1"), number => cluster.Chat(BenchCluster.Many(number), 200, stream: true), "\"delta\":{\"content\":"u8.ToArray(), done => progress(0.5 + (done / 2)));
    }

    public IEnumerable<(string What, string Figure, string Goal)> Figures()
    {
        var remark = _streams < Asked ? $": a process may have {FileLimit()} files open here (ulimit -n)" : "";
        yield return ("streams open at once, each generating", $"{_streams}{remark}", $"{Asked}");
        yield return ("  gateway's resident memory before → with them, MiB", Text(_gateway), "≤ 300");
        yield return ("  of a server that only streams, MiB", Text(_bare), "");
    }

    /// <param name="mark">What the first token of a stream brings.</param>
    /// <returns>Resident bytes of the server.</returns>
    private async Task<(long Before, long With)> Hold(Uri server, Func<long> resident, Func<int, byte[]> request, byte[] mark, Action<double> progress)
    {
        var before = resident();
        var open = 0;
        using var end = new CancellationTokenSource();
        using var gate = new SemaphoreSlim(AtOnce);
        var reading = Enumerable.Range(0, _streams).Select(number => Task.Run(() => Hold(server, request(number), mark, gate, () => Interlocked.Increment(ref open), end.Token))).ToArray();
        await Eventually.Holds(() =>
        {
            progress((double)Volatile.Read(ref open) / _streams);
            if (Array.Find(reading, stream => stream.IsFaulted) is { } failed) failed.GetAwaiter().GetResult();
            return Volatile.Read(ref open) == _streams;
        }, TimeSpan.FromMinutes(3));
        await Task.Delay(TimeSpan.FromSeconds(10)); // a few tokens for each
        var with = resident();
        await end.CancelAsync();
        await Task.WhenAll(reading);
        return (before, with);
    }

    private static async Task Hold(Uri server, byte[] request, byte[] mark, SemaphoreSlim gate, Action opened, CancellationToken end)
    {
        await gate.WaitAsync(end);
        var began = false;
        try
        {
            using var connection = await RawConnection.Open(server, bufferBytes: 2048);
            await connection.Send(request, bytes =>
            {
                if (began || bytes.IndexOf(mark) < 0) return;
                began = true;
                opened();
                gate.Release();
            }, end);
            throw new IOException("A stream ended by itself.");
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // all were open
        }
    }

    private static string Text((long Before, long With) bytes) => $"{bytes.Before / 1048576.0:F0} → {bytes.With / 1048576.0:F0}";

    private static long FileLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out var most) ? most : long.MaxValue;
    }
}
