using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>
/// A limit a minute that refills continuously (GCRA, ITU-T I.371), with a burst of one minute's limit. Exact: its level is a whole number of
/// tokens × <see cref="TimeSpan.TicksPerMinute"/>, so no rounding ever adds to what may be used. A level below zero is a debt.
/// </summary>
internal sealed class TokenBucket
{
    private const long Minute = TimeSpan.TicksPerMinute;

    private Int128 _level;
    private long _at;

    /// <param name="limit">Tokens a minute, at least 1.</param>
    /// <param name="now">In ticks of 100 ns since any fixed moment.</param>
    public TokenBucket(long limit, long now)
    {
        Limit = limit;
        _level = Full;
        _at = now;
    }

    public long Limit { get; private set; }

    private Int128 Full => (Int128)Limit * Minute;

    public bool Has(long tokens, long now)
    {
        Refill(now);
        return _level >= (Int128)tokens * Minute;
    }

    public bool HasLessThan(TokenBucket other, long now)
    {
        Refill(now);
        other.Refill(now);
        return _level < other._level;
    }

    /// <summary>Takes what is asked even when there is less.</summary>
    public void Take(long tokens, long now)
    {
        Refill(now);
        _level -= (Int128)tokens * Minute;
    }

    public void GiveBack(long tokens, long now)
    {
        Refill(now);
        _level = Int128.Min(Full, _level + (Int128)tokens * Minute);
    }

    public void Empty(long now)
    {
        _level = 0;
        _at = now;
    }

    /// <summary>What was used of the old limit is used of the new one.</summary>
    public void Relimit(long limit, long now)
    {
        Refill(now);
        _level += (Int128)(limit - Limit) * Minute;
        Limit = limit;
    }

    /// <summary>Milliseconds until there will be as much, rounded up; −1 when there never will.</summary>
    public int WaitMs(long tokens, long now)
    {
        if (tokens > Limit) return -1;
        Refill(now);
        return Milliseconds((Int128)tokens * Minute - _level);
    }

    public RateReport Report(long now)
    {
        Refill(now);
        return new RateReport(Limit, _level < 0 ? 0 : (long)(_level / Minute), Milliseconds(Full - _level));
    }

    private int Milliseconds(Int128 missing)
    {
        if (missing <= 0) return 0;
        var perMillisecond = (Int128)Limit * TimeSpan.TicksPerMillisecond;
        return (int)Int128.Min(int.MaxValue, (missing + perMillisecond - 1) / perMillisecond);
    }

    private void Refill(long now)
    {
        if (now <= _at) return;
        _level = Int128.Min(Full, _level + (Int128)Limit * (now - _at));
        _at = now;
    }
}
