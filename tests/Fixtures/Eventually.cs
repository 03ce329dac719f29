using System.Data.Common;
using System.Diagnostics;

namespace Platform.Fixtures;

/// <summary>Waits for a condition instead of sleeping. A read that a lost database connection cut off is tried again.</summary>
public static class Eventually
{
    public static async Task<T> Holds<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan? within = null)
    {
        var patience = within ?? TimeSpan.FromSeconds(15);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var value = await read();
                if (condition(value)) return value;
                if (Stopwatch.GetElapsedTime(began) > patience)
                    throw new TimeoutException($"Still not so after {patience.TotalSeconds} s; the last value was {value}.");
            }
            catch (DbException e) when (e.IsTransient && Stopwatch.GetElapsedTime(began) < patience)
            {
                // the next read opens a new connection
            }

            await Task.Delay(10);
        }
    }

    public static Task Holds(Func<bool> condition, TimeSpan? within = null) => Holds(() => Task.FromResult(condition()), holds => holds, within);
}
