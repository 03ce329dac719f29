using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The buckets of one kind that a generation counts against: taken from all or from none. Null is unlimited.</summary>
internal readonly record struct BucketSet(TokenBucket? Project, TokenBucket? Key, TokenBucket? Model)
{
    /// <summary>The bucket that keeps this waiting the longest, or none.</summary>
    public Refusal Ask(long wanted, long now, string limit) => Ask(Project, wanted, now, limit).OrLonger(Ask(Key, wanted, now, limit)).OrLonger(Ask(Model, wanted, now, limit));

    public void Take(long tokens, long now)
    {
        Project?.Take(tokens, now);
        Key?.Take(tokens, now);
        Model?.Take(tokens, now);
    }

    public void GiveBack(long tokens, long now)
    {
        Project?.GiveBack(tokens, now);
        Key?.GiveBack(tokens, now);
        Model?.GiveBack(tokens, now);
    }

    public bool KeepsATenth(long wanted, long now) => KeepsATenth(Project, wanted, now) && KeepsATenth(Key, wanted, now) && KeepsATenth(Model, wanted, now);

    /// <summary>Of the tightest bucket.</summary>
    public RateReport Report(long now) => Tighter(Tighter(Project, Key, now), Model, now)?.Report(now) ?? default;

    private static Refusal Ask(TokenBucket? bucket, long wanted, long now, string limit) =>
        bucket is null || bucket.Has(wanted, now) ? default : new Refusal(limit, bucket.WaitMs(wanted, now));

    private static bool KeepsATenth(TokenBucket? bucket, long wanted, long now) => bucket is null || bucket.Has(wanted + bucket.Limit / 10, now);

    private static TokenBucket? Tighter(TokenBucket? a, TokenBucket? b, long now) => a is null || (b is not null && b.HasLessThan(a, now)) ? b : a;
}

/// <param name="Limit">Null: nothing refused.</param>
/// <param name="RetryAfterMs">−1: never.</param>
internal readonly record struct Refusal(string? Limit, int RetryAfterMs)
{
    public Refusal OrLonger(Refusal other) =>
        other.Limit is null || (Limit is not null && (RetryAfterMs < 0 || (other.RetryAfterMs >= 0 && other.RetryAfterMs <= RetryAfterMs))) ? this : other;
}
