using Platform.Grains.Quotas;
using Platform.Silo.Quotas;

namespace Platform.Silo.Tests.Quotas;

public sealed class TokenBucketTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void It_starts_with_one_minute_and_never_holds_more()
    {
        var bucket = new TokenBucket(600, 0);
        Assert.True(bucket.Has(600, 0));
        Assert.False(bucket.Has(601, 1000 * Second));
    }

    [Theory]
    [InlineData(600, 7)]
    [InlineData(7, 59.9999999)]
    [InlineData(100_000, 0.0006)]
    [InlineData(999_999_999_999, 31.4159265)]
    public void What_refills_is_limit_times_time(long limit, double seconds)
    {
        var bucket = new TokenBucket(limit, 0);
        bucket.Take(limit, 0);
        var now = (long)(seconds * Second);
        var expected = (long)((Int128)limit * now / TimeSpan.TicksPerMinute);

        // Asked at every step or only at the end: it is the same.
        for (var t = 0L; t < now; t += now / 997 + 1) Assert.False(bucket.Has(expected + 1, t));
        Assert.True(bucket.Has(expected, now));
        Assert.False(bucket.Has(expected + 1, now));
        Assert.Equal(expected, bucket.Report(now).Remaining);
    }

    [Theory]
    [InlineData(600, 600, 1, 100)] // 10 a second
    [InlineData(600, 600, 600, 60_000)]
    [InlineData(60_000, 60_000, 1, 1)]
    [InlineData(7, 7, 3, 25_715)] // 3 × 60,000 / 7, rounded up
    [InlineData(600, 900, 1, 30_100)] // a debt of 300 first
    [InlineData(600, 0, 601, -1)]
    public void The_wait_is_what_is_missing_over_the_rate(long limit, long taken, long wanted, int expected)
    {
        var bucket = new TokenBucket(limit, 0);
        bucket.Take(taken, 0);

        Assert.Equal(expected, bucket.WaitMs(wanted, 0));
        if (expected < 0) return;
        Assert.False(bucket.Has(wanted, (expected - 1) * TimeSpan.TicksPerMillisecond));
        Assert.True(bucket.Has(wanted, expected * TimeSpan.TicksPerMillisecond));
    }

    [Fact]
    public void A_changed_limit_keeps_what_was_used()
    {
        var bucket = new TokenBucket(1000, 0);
        bucket.Take(400, 0);
        bucket.Relimit(500, 0);
        Assert.Equal(new RateReport(500, 100, 48_000), bucket.Report(0));
        bucket.Relimit(300, 0);
        Assert.Equal(0, bucket.Report(0).Remaining);
        Assert.Equal(20_200, bucket.WaitMs(1, 0)); // a debt of 100 at 5 a second
    }

    [Fact]
    public void A_clock_that_goes_back_refills_nothing()
    {
        var bucket = new TokenBucket(600, 10 * Second);
        bucket.Take(600, 10 * Second);
        Assert.False(bucket.Has(1, 5 * Second));
        Assert.False(bucket.Has(1, 10 * Second));
    }
}
