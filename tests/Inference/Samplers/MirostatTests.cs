using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Samplers;
using Platform.Inference.Tests.Batching;

namespace Platform.Inference.Tests.Samplers;

/// <summary>Mirostat against the formulas of Basu et al., 2021, in double precision over sorted probabilities.</summary>
public sealed class MirostatTests
{
    private static readonly SeenTokens None = new(0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_kept_and_where_mu_goes_follow_the_formula(int version)
    {
        var random = new Random(7);
        foreach (var size in new[] { 3, 60, 400, 4_000 })
        {
            var sampler = new Sampler(size);
            for (var run = 0; run < 100; run++)
            {
                var row = SamplerTests.Row(size, random.Next());
                var (mu, mirostat) = (0.5f + 12 * random.NextSingle(), new Mirostat(version, 1 + 5 * random.NextSingle(), 0.1f));
                var sampling = new Sampling { Seed = run, Temperature = 0.8f, TopK = 2, Extras = new() { Mirostat = mirostat } };
                sampler.Mu = mu;
                var token = sampler.Draw(row, sampling, None, 0, run);
                var kept = Closed(row, 0.8, version, mu);
                Assert.Equal(kept.Select(one => one.Id).Order(), sampler.Kept.ToArray());
                var surprise = -Math.Log2(kept.Single(one => one.Id == token).Chance / kept.Sum(one => one.Chance));
                Assert.Equal(mu - 0.1 * (surprise - mirostat.Tau), sampler.Mu, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_drawn_surprises_by_tau_on_average(int version)
    {
        var row = SamplerTests.Row(2_000, 3);
        var sampler = new Sampler(row.Length);
        var mirostat = new Mirostat(version, 3, 0.1f);
        sampler.Mu = mirostat.FirstMu;
        var sampling = new Sampling { Seed = 5, Extras = new() { Mirostat = mirostat } };
        for (var i = 0; i < 20_000; i++) sampler.Draw(row, sampling, None, 0, i);
        var before = sampler.Mu;
        for (var i = 0; i < 20_000; i++) sampler.Draw(row, sampling, None, 0, 20_000 + i);
        // each step takes η (surprise − τ) from μ, so where μ stays the mean is τ
        Assert.InRange((before - sampler.Mu) / 0.1 / 20_000, -0.05, 0.05);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_run_that_goes_on_elsewhere_with_its_mu_says_what_it_would_have_said(int version)
    {
        using var model = new BigramModel(new BigramOptions());
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(2048, 4, 4096));
        var sampling = new Sampling { Seed = 9, Extras = new() { Mirostat = new Mirostat(version, 2, 0.3f), IgnoreEnd = true } };
        var whole = await batcher.Run(model.Prompt("the sea"), sampling, 60);
        Assert.Equal(60, whole.Mus.Count);
        foreach (var cut in new[] { 1, 13, 40 })
        {
            var rest = await batcher.Run(model.Prompt("the sea"), sampling, 60, request => request with { SoFar = [whole.Tokens()[..cut]], Mus = [whole.Mus[cut - 1]] });
            Assert.Equal(whole.Tokens()[cut..], rest.Tokens());
            Assert.Equal(whole.Mus[cut..], rest.Mus);
        }
    }

    private static List<(int Id, double Chance)> Closed(float[] row, double temperature, int version, double mu)
    {
        var max = row.Max();
        var weights = row.Select((logit, id) => (Id: id, Weight: Math.Exp((logit - max) / temperature))).ToList();
        var total = weights.Sum(one => one.Weight);
        var sorted = weights.OrderByDescending(one => one.Weight).ThenBy(one => one.Id).Select(one => (one.Id, Chance: one.Weight / total)).ToList();
        if (version == 2) return [.. sorted.Take(Math.Max(1, sorted.TakeWhile(one => -Math.Log2(one.Chance) <= mu).Count()))];

        double products = 0, squares = 0;
        for (var i = 0; i < Math.Min(99, row.Length - 1); i++)
        {
            var t = Math.Log((i + 2.0) / (i + 1.0));
            products += t * Math.Log(sorted[i].Chance / sorted[i + 1].Chance);
            squares += t * t;
        }

        var exponent = products / squares;
        var k = Math.Pow((exponent - 1) * Math.Pow(2, mu) / (1 - Math.Pow(row.Length, -(exponent - 1))), 1 / exponent);
        return [.. sorted.Take((int)Math.Clamp(k, 1, row.Length))];
    }
}
