using Platform.Gateway.Generations;

namespace Platform.Gateway.Tests.Generations;

public class RateLimitHeadersTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(20, "20ms")]
    [InlineData(999, "999ms")]
    [InlineData(1500, "1.5s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(92_250, "1m32.25s")]
    public void A_reset_is_written_as_go_writes_durations(int milliseconds, string expected) => Assert.Equal(expected, RateLimitHeaders.Duration(milliseconds));
}
