namespace Platform.Silo.Pools;

/// <summary>Finished tickets a second, forgetting with a time constant of 30 s.</summary>
internal sealed class Throughput
{
    private const double Memory = 30 * TimeSpan.TicksPerSecond;

    private double _finished;
    private long _at, _first = -1;

    public void Finished(long now)
    {
        if (_first < 0) _first = _at = now;
        Fade(now);
        _finished++;
    }

    /// <summary>Milliseconds until as many tickets will have finished, between 1 s and 60 s.</summary>
    public int WaitMs(int tickets, long now)
    {
        if (_first < 0) return 60_000;
        Fade(now);
        var watched = Memory * (1 - Math.Exp(-Math.Max(now - _first, TimeSpan.TicksPerSecond) / Memory));
        return (int)Math.Clamp(tickets / (_finished / watched) / TimeSpan.TicksPerMillisecond, 1_000, 60_000);
    }

    private void Fade(long now)
    {
        _finished *= Math.Exp(-(now - _at) / Memory);
        _at = now;
    }
}
