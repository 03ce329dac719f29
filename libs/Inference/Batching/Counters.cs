using System.Diagnostics;

namespace Platform.Inference.Batching;

/// <summary>Written by the engine's thread, read by any.</summary>
internal sealed class Counters
{
    private long steps, prompt, cached, completion, decode, overhead;
    private volatile Occupancy[] lanes = [];

    /// <summary>Another lane whose sequences count.</summary>
    public Occupancy Lane()
    {
        var lane = new Occupancy();
        lanes = [.. lanes, lane];
        return lane;
    }

    public void Read(int promptTokens, int cachedTokens)
    {
        Volatile.Write(ref prompt, prompt + promptTokens);
        Volatile.Write(ref cached, cached + cachedTokens);
    }

    public void Drawn() => Volatile.Write(ref completion, completion + 1);

    public void Stepped(long decodeTicks, long allTicks)
    {
        Volatile.Write(ref steps, steps + 1);
        Volatile.Write(ref decode, decode + decodeTicks);
        Volatile.Write(ref overhead, overhead + allTicks - decodeTicks);
    }

    public BatcherReport Report(int hostTokens) => new(
        lanes.Sum(lane => lane.Running),
        lanes.Sum(lane => lane.Waiting),
        Volatile.Read(ref steps),
        Volatile.Read(ref prompt),
        Volatile.Read(ref cached),
        Volatile.Read(ref completion),
        Micros(Volatile.Read(ref decode)),
        Micros(Volatile.Read(ref overhead)),
        lanes.Sum(lane => lane.Cells),
        hostTokens);

    private static long Micros(long ticks) => (long)Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
}

/// <summary>How many sequences of a lane run and wait, and the cells they take. Written by the engine's thread, read by any.</summary>
internal sealed class Occupancy
{
    private volatile int running, waiting, cells;

    public int Running => running;
    public int Waiting => waiting;
    public int Cells => cells;

    public void Now(int running, int waiting, int cells) => (this.running, this.waiting, this.cells) = (running, waiting, cells);
}
