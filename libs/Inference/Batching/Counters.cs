using System.Diagnostics;

namespace Platform.Inference.Batching;

/// <summary>Written by the engine's thread, read by any.</summary>
internal sealed class Counters
{
    private long steps, prompt, cached, completion, decode, overhead;
    private int running, waiting, cells;

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

    public void Now(int running, int waiting, int cells)
    {
        Volatile.Write(ref this.running, running);
        Volatile.Write(ref this.waiting, waiting);
        Volatile.Write(ref this.cells, cells);
    }

    public BatcherReport Report() => new(
        Volatile.Read(ref running),
        Volatile.Read(ref waiting),
        Volatile.Read(ref steps),
        Volatile.Read(ref prompt),
        Volatile.Read(ref cached),
        Volatile.Read(ref completion),
        Micros(Volatile.Read(ref decode)),
        Micros(Volatile.Read(ref overhead)),
        Volatile.Read(ref cells));

    private static long Micros(long ticks) => (long)Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
}
