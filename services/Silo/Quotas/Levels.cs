using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The levels that one generation counts against: taken from all or from none.</summary>
internal readonly record struct Levels(RateLevel Project, RateLevel? Key, RateLevel? Model)
{
    /// <summary>The limit that keeps this waiting the longest, or none.</summary>
    public Refusal Ask(int requests, long tokens, long now)
    {
        var worst = default(Refusal);
        Ask(Project, requests, tokens, now, ref worst);
        Ask(Key, requests, tokens, now, ref worst);
        Ask(Model, requests, tokens, now, ref worst);
        return worst;
    }

    public void Take(int requests, long tokens, long now)
    {
        Take(Project, requests, tokens, now);
        Take(Key, requests, tokens, now);
        Take(Model, requests, tokens, now);
    }

    public void GiveBack(long tokens, long now)
    {
        Project.Tokens?.GiveBack(tokens, now);
        Key?.Tokens?.GiveBack(tokens, now);
        Model?.Tokens?.GiveBack(tokens, now);
    }

    public QuotaAnswer Answer(Refusal refusal, long now)
    {
        var requests = Tightest(Tightest(Report(Project.Requests, now), Report(Key?.Requests, now)), Report(Model?.Requests, now));
        var tokens = Tightest(Tightest(Report(Project.Tokens, now), Report(Key?.Tokens, now)), Report(Model?.Tokens, now));
        return new QuotaAnswer(refusal.Limit is null, refusal.Limit, refusal.RetryAfterMs, requests, tokens);
    }

    private static void Ask(RateLevel? level, int requests, long tokens, long now, ref Refusal worst)
    {
        if (level is null) return;
        Ask(level.Requests, requests, now, "requests", ref worst);
        Ask(level.Tokens, tokens, now, "tokens", ref worst);
    }

    private static void Ask(TokenBucket? bucket, long wanted, long now, string limit, ref Refusal worst)
    {
        if (bucket is null || bucket.Has(wanted, now)) return;
        worst = worst.OrLonger(new Refusal(limit, bucket.WaitMs(wanted, now)));
    }

    private static void Take(RateLevel? level, int requests, long tokens, long now)
    {
        if (level is null) return;
        if (requests != 0) level.Requests?.Take(requests, now);
        level.Tokens?.Take(tokens, now);
    }

    private static RateReport Report(TokenBucket? bucket, long now) => bucket?.Report(now) ?? default;

    private static RateReport Tightest(RateReport a, RateReport b) => b.Limit == 0 || (a.Limit != 0 && a.Remaining <= b.Remaining) ? a : b;
}

/// <param name="Limit">Null: nothing refused.</param>
/// <param name="RetryAfterMs">−1: never.</param>
internal readonly record struct Refusal(string? Limit, int RetryAfterMs)
{
    public Refusal OrLonger(Refusal other) =>
        Limit is null || (RetryAfterMs >= 0 && (other.RetryAfterMs < 0 || other.RetryAfterMs > RetryAfterMs)) ? other : this;
}
