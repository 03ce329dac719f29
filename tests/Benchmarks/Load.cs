using System.Collections.Concurrent;
using System.Diagnostics;

namespace Platform.Benchmarks;

/// <summary>What a load measured.</summary>
internal sealed record Measured(int Count, TimeSpan Elapsed, double[] SortedMs)
{
    public double PerSecond => Count / Elapsed.TotalSeconds;

    /// <param name="p">0–1.</param>
    public double Ms(double p) => SortedMs.Length == 0 ? double.NaN : SortedMs[(int)Math.Min(SortedMs.Length - 1, p * SortedMs.Length)];
}

internal static class Load
{
    /// <summary>As many in flight as told, as fast as they come back.</summary>
    public static async Task<Measured> Closed(int inFlight, TimeSpan duration, Func<Task> one)
    {
        var times = new ConcurrentBag<double>();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began) < duration) times.Add(await Time(one));
        })));
        return Sum(times, began);
    }

    /// <summary>At a steady rate, however long each takes: a slow answer delays no other and counts from when it was due.</summary>
    public static async Task<Measured> Open(double perSecond, TimeSpan duration, Func<Task> one)
    {
        var times = new ConcurrentBag<double>();
        var pending = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < perSecond * duration.TotalSeconds; i++)
        {
            var due = began + (long)(i / perSecond * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due) await Task.Delay(1);
            pending.Add(Task.Run(async () =>
            {
                await one();
                times.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }));
        }
        await Task.WhenAll(pending);
        return Sum(times, began);
    }

    private static async Task<double> Time(Func<Task> one)
    {
        var began = Stopwatch.GetTimestamp();
        await one();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static Measured Sum(ConcurrentBag<double> times, long began) => new(times.Count, Stopwatch.GetElapsedTime(began), [.. times.Order()]);
}
