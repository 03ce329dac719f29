using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

public sealed class PhiloxTests
{
    /// <summary>Known answers published with Random123 (kat_vectors, philox4x32 10).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_those_published(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal((r0, r1, r2, r3), Philox.Block((c0, c1, c2, c3), (k0, k1)));

    [Fact]
    public void Seed_choice_and_position_each_change_the_number()
    {
        var numbers = new HashSet<double>();
        foreach (var seed in new[] { 0L, 1, 1L << 32, -1 })
        {
            for (var choice = 0; choice < 4; choice++)
            {
                for (var position = 0; position < 100; position++)
                {
                    var number = Philox.Uniform(seed, choice, position);
                    Assert.InRange(number, 0, Math.BitDecrement(1.0));
                    Assert.Equal(number, Philox.Uniform(seed, choice, position));
                    Assert.True(numbers.Add(number));
                }
            }
        }
    }
}
