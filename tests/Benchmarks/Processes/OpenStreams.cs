using System.Diagnostics;
using Platform.Fixtures;

namespace Platform.Benchmarks.Processes;

/// <summary>Very many streams open at once, each with a token every three seconds: what memory the gateway takes for them.</summary>
internal sealed class OpenStreams(BenchCluster cluster)
{
    private const int Asked = 10_000, AtOnce = 2_500, SpareFiles = 200;

    private int _open;
    private long _before, _held;
    private string _remark = "";

    public async Task Measure(Action<double> progress)
    {
        var streams = Math.Min(Asked, BenchCluster.MostStreams);
        if (FileLimit() - SpareFiles < streams)
        {
            streams = (int)FileLimit() - SpareFiles;
            _remark = $"a process may have {FileLimit()} files open here (ulimit -n), so {Asked} streams are not possible";
        }

        _before = cluster.Resident("gateway-1");
        using var end = new CancellationTokenSource();
        using var gate = new SemaphoreSlim(AtOnce);
        var reading = Enumerable.Range(0, streams).Select(i => Task.Run(() => Hold(i, gate, end.Token))).ToArray();
        await Eventually.Holds(() =>
        {
            progress((double)Volatile.Read(ref _open) / streams);
            if (Array.Find(reading, stream => stream.IsFaulted) is { } failed) failed.GetAwaiter().GetResult();
            return Volatile.Read(ref _open) == streams;
        }, TimeSpan.FromMinutes(3));
        await Task.Delay(TimeSpan.FromSeconds(10)); // a few tokens for each
        _held = cluster.Resident("gateway-1");
        await end.CancelAsync();
        await Task.WhenAll(reading);
    }

    public IEnumerable<(string What, string Figure, string Goal)> Figures()
    {
        yield return ("streams open at once, each generating", $"{_open}{(_remark.Length > 0 ? ": " + _remark : "")}", $"{Asked}");
        yield return ("  gateway's resident memory before → with them, MiB", $"{_before / 1048576.0:F0} → {_held / 1048576.0:F0}", "≤ 300");
    }

    /// <summary>Counts once its first token has come.</summary>
    private async Task Hold(int number, SemaphoreSlim gate, CancellationToken end)
    {
        await gate.WaitAsync(end);
        var began = false;
        try
        {
            using var connection = await RawConnection.Open(cluster.Gateway, bufferBytes: 2048);
            await connection.Send(cluster.Chat(BenchCluster.Many(number), 200, stream: true), bytes =>
            {
                if (began || bytes.IndexOf("\"delta\":{\"content\":"u8) < 0) return;
                began = true;
                Interlocked.Increment(ref _open);
                gate.Release();
            }, end);
            throw new IOException("A stream ended by itself.");
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // all were open
        }
    }

    private static long FileLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out var most) ? most : long.MaxValue;
    }
}
