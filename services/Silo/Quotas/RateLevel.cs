using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The two buckets of a project, a key or a model; null where unlimited.</summary>
internal sealed class RateLevel
{
    public TokenBucket? Requests { get; private set; }

    public TokenBucket? Tokens { get; private set; }

    public void Configure(Rate rate, long now)
    {
        Requests = Relimited(Requests, rate.RequestsPerMinute, now);
        Tokens = Relimited(Tokens, rate.TokensPerMinute, now);
    }

    public void Empty(long now)
    {
        Requests?.Empty(now);
        Tokens?.Empty(now);
    }

    private static TokenBucket? Relimited(TokenBucket? bucket, long? limit, long now)
    {
        if (limit is null) return null;
        if (bucket is null) return new TokenBucket(limit.Value, now);
        bucket.Relimit(limit.Value, now);
        return bucket;
    }
}
