using Platform.Contracts.Generations;

namespace Platform.Gateway.Tests.Generations;

public sealed class PublicIdTests
{
    [Fact]
    public void An_id_tells_when_it_was_made()
    {
        var before = DateTimeOffset.UtcNow;
        var made = PublicId.TimeOf("chatcmpl-", PublicId.New("chatcmpl-"));
        Assert.NotNull(made);
        Assert.InRange(made.Value, before.AddMilliseconds(-1), DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("chatcmpl-00000000000000000000000000", 0L)]
    [InlineData("chatcmpl-00000000100000000000000000", 32L)]
    [InlineData("chatcmpl-76ez91zpzz0000000000000000", 253402300799999L)]
    public void Its_first_48_bits_are_milliseconds(string id, long millis) => Assert.Equal(millis, PublicId.TimeOf("chatcmpl-", id)?.ToUnixTimeMilliseconds());

    [Theory]
    [InlineData("")]
    [InlineData("chatcmpl-")]
    [InlineData("chatcmpl-1")]
    [InlineData("chatcmpl-7zzzzzzzzzzzzzzzzzzzzzzzzz")] // past what a date can hold
    [InlineData("chatcmpl-80000000000000000000000000")]
    [InlineData("chatcmpl-0000000000000000000000000u")]
    [InlineData("chatcmpl-0000000000000000000000000A")]
    [InlineData("resp_00000000000000000000000000")]
    public void What_is_no_id_has_no_time(string id) => Assert.Null(PublicId.TimeOf("chatcmpl-", id));
}
