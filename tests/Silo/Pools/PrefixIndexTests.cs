using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

public sealed class PrefixIndexTests
{
    [Fact]
    public void It_matches_from_the_first_block_on()
    {
        var index = new PrefixIndex(100);
        index.Use([1, 2, 3, 4]);

        Assert.Equal(4, index.Match([1, 2, 3, 4, 5]));
        Assert.Equal(2, index.Match([1, 2, 9, 4]));
        Assert.Equal(0, index.Match([9, 2, 3, 4]));
        Assert.Equal(0, index.Match([]));
    }

    [Fact]
    public void The_longest_unused_is_forgotten_first_and_from_its_end()
    {
        var index = new PrefixIndex(6);
        index.Use([1, 2, 3]);
        index.Use([11, 12, 13]);
        index.Use([1, 2, 3]);
        index.Use([21, 22]);

        Assert.Equal(6, index.Count);
        Assert.Equal(3, index.Match([1, 2, 3]));
        Assert.Equal(2, index.Match([21, 22]));
        Assert.Equal(1, index.Match([11, 12, 13]));
    }

    [Fact]
    public void A_prompt_larger_than_all_of_it_keeps_its_beginning()
    {
        var index = new PrefixIndex(3);
        index.Use([1, 2, 3, 4, 5]);

        Assert.Equal(3, index.Count);
        Assert.Equal(3, index.Match([1, 2, 3, 4, 5]));
    }
}
