using System.Diagnostics;

namespace Platform.Fixtures;

/// <summary>Waits for a condition instead of sleeping.</summary>
public static class Eventually
{
    public static async Task<T> Holds<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan? within = null)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (condition(value)) return value;
            if (patience.Elapsed > (within ?? TimeSpan.FromSeconds(15))) throw new TimeoutException($"Still not so after {patience.Elapsed.TotalSeconds:F1} s; the last value was {value}.");
            await Task.Delay(10);
        }
    }

    public static Task Holds(Func<bool> condition, TimeSpan? within = null) => Holds(() => Task.FromResult(condition()), holds => holds, within);
}
