using Platform.Eventing.Content;

namespace Platform.Eventing.Tests;

public class DeltaEncodingTests
{
    [Theory]
    [InlineData]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue, int.MaxValue, int.MinValue, 0)]
    [InlineData(49152, 49152, 49153, 17, -5)]
    public void What_was_encoded_is_decoded(params int[] values) => Assert.Equal(values, DeltaEncoding.Decode(DeltaEncoding.Encode(values)));

    [Fact]
    public void Random_numbers_of_every_size_round_trip()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 10_000).Select(i => (int)random.NextInt64(int.MinValue, (long)int.MaxValue + 1) >> (i % 32)).ToArray();
        Assert.Equal(values, DeltaEncoding.Decode(DeltaEncoding.Encode(values)));
    }

    /// <summary>By hand: differences 300, −300, 1 are zigzag 600 = 0b100_1011000, 599 = 0b100_1010111, 2.</summary>
    [Fact]
    public void The_bytes_are_zigzag_varints_of_the_differences() =>
        Assert.Equal([0xD8, 0x04, 0xD7, 0x04, 0x02], DeltaEncoding.Encode([300, 0, 1]));

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)]
    [InlineData(0xFE, 0xFF, 0xFF, 0xFF, 0x1F)]
    public void Damaged_bytes_are_refused(params int[] bytes) =>
        Assert.Throws<FormatException>(() => DeltaEncoding.Decode([.. bytes.Select(b => (byte)b)]));
}
