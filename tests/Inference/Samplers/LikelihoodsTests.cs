using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

public sealed class LikelihoodsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    [InlineData(49_152)]
    public void Log_probabilities_are_those_of_the_softmax(int size)
    {
        var row = SamplerTests.Row(size, 7);
        var whole = Math.Log(row.Sum(logit => Math.Exp(logit)));
        var likelihoods = new Likelihoods(size);
        foreach (var token in new[] { 0, size / 2, size - 1 })
        {
            var scores = likelihoods.Of(row, token, 20);
            Assert.Equal(row[token] - whole, scores.Logprob, 5);
            var best = Enumerable.Range(0, size).OrderByDescending(id => row[id]).ThenBy(id => id).Take(20).ToList();
            Assert.Equal(best, scores.Top.Select(one => one.Token));
            Assert.All(scores.Top, one => Assert.Equal(row[one.Token] - whole, one.Logprob, 5));
        }
    }

    [Fact]
    public void None_is_over_zero_and_the_impossible_has_a_floor()
    {
        float[] row = [80, -80, float.NegativeInfinity];
        var scores = new Likelihoods(3).Of(row, 2, 2);
        Assert.Equal(-9999, scores.Logprob);
        Assert.Equal([(0, 0f), (1, -160f)], scores.Top);
    }

    [Fact]
    public void Nothing_is_ranked_where_nothing_is_asked() => Assert.Empty(new Likelihoods(3).Of([1, 2, 3], 0, 0).Top);
}
