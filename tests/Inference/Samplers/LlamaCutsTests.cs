using Platform.Contracts.Runs;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

/// <summary>llama.cpp's own cuts against closed forms that sort everything, in double precision.</summary>
public sealed class LlamaCutsTests
{
    private static readonly SeenTokens None = new(0);

    [Fact]
    public void Cuts_keep_exactly_the_tokens_of_the_closed_form()
    {
        var random = new Random(11);
        foreach (var size in new[] { 5, 60, 400, 4_000 })
        {
            var sampler = new Sampler(size);
            for (var run = 0; run < 150; run++)
            {
                var row = SamplerTests.Row(size, random.Next());
                var extras = new SamplingExtras
                {
                    TypicalP = run % 3 == 0 ? 0.05f + 0.9f * random.NextSingle() : 1,
                    TopNSigma = run % 3 == 1 ? 0.2f + 2 * random.NextSingle() : -1,
                    XtcProbability = run % 2 == 0 ? 1 : 0,
                    XtcThreshold = 0.3f * random.NextSingle(),
                    DynatempRange = 0.3f,
                };
                var sampling = new Sampling { Seed = run, Temperature = 0.9f, TopK = run % 5 == 0 ? 30 : 0, TopP = run % 7 == 0 ? 0.8f : 1, MinP = run % 4 == 0 ? 0.02f : 0, Extras = extras };
                sampler.Draw(row, sampling, None, 0, 0);
                Assert.Equal(Closed(row, sampling, extras), sampler.Kept.ToArray());
            }
        }
    }

    [Fact]
    public void Typical_sampling_may_leave_the_likeliest_token_out()
    {
        // one token of 40 % and twelve of 5 %: the entropy is 2.16 nats, the surprises 0.92 and 3.00, so the many are the typical ones
        float[] row = [MathF.Log(0.4f), .. Enumerable.Repeat(MathF.Log(0.05f), 12)];
        var sampler = new Sampler(row.Length);
        sampler.Draw(row, new Sampling { Seed = 1, Extras = new() { TypicalP = 0.48f } }, None, 0, 0);
        Assert.DoesNotContain(0, sampler.Kept.ToArray());
        Assert.Equal(10, sampler.Kept.Length);
    }

    [Fact]
    public void Xtc_leaves_out_all_but_the_least_of_the_likely_tokens()
    {
        float[] row = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.15f), MathF.Log(0.05f)];
        var sampler = new Sampler(row.Length);
        sampler.Draw(row, new Sampling { Seed = 1, Extras = new() { XtcProbability = 1, XtcThreshold = 0.1f } }, None, 0, 0);
        Assert.Equal([2, 3], sampler.Kept.ToArray());
    }

    [Fact]
    public void Xtc_leaves_out_as_often_as_it_is_told_to()
    {
        float[] row = [3, 3, 0];
        var sampler = new Sampler(row.Length);
        var sampling = new Sampling { Seed = 5, Extras = new() { XtcProbability = 0.3f, XtcThreshold = 0.2f } };
        var cut = Enumerable.Range(0, 20_000).Count(position =>
        {
            sampler.Draw(row, sampling, None, 0, position);
            return sampler.Kept.Length == 2;
        });
        Assert.InRange(cut / 20_000.0, 0.287, 0.313); // four standard deviations
    }

    [Fact]
    public void A_dynamic_temperature_goes_with_the_entropy()
    {
        // two tokens of equal weight have all the entropy there can be: the temperature is the highest, 1.5
        var draws = Share([0, 0, float.NegativeInfinity], new Sampling { Seed = 1, Temperature = 1, Extras = new() { DynatempRange = 0.5f } });
        Assert.InRange(draws, 0.486, 0.514);

        // logits 2 and 0: p = 0.8808, entropy 0.3653 of ln 2, temperature 0.5 + 0.5270 = 1.0270, share of the first 1/(1+e^(−2/1.0270)) = 0.8752
        draws = Share([2, 0, float.NegativeInfinity], new Sampling { Seed = 1, Temperature = 1, Extras = new() { DynatempRange = 0.5f } });
        Assert.InRange(draws, 0.8658, 0.8846);
    }

    private static double Share(float[] row, Sampling sampling)
    {
        var sampler = new Sampler(row.Length);
        return Enumerable.Range(0, 20_000).Count(position => sampler.Draw(row, sampling, None, 0, position) == 0) / 20_000.0;
    }

    private static int[] Closed(float[] row, Sampling sampling, SamplingExtras extras)
    {
        var left = Enumerable.Range(0, row.Length).OrderByDescending(id => row[id]).ThenBy(id => id).ToList();
        if (extras.TopNSigma > 0)
        {
            var mean = row.Average(logit => (double)logit);
            var deviation = Math.Sqrt(row.Average(logit => (logit - mean) * (logit - mean)));
            left = [.. left.Where(id => row[id] >= row[left[0]] - extras.TopNSigma * deviation)];
        }

        left = sampling.TopK > 0 ? [.. left.Take(sampling.TopK)] : left;
        if (extras.TypicalP < 1)
        {
            var chance = Chances(row, left);
            var entropy = -left.Sum(id => chance[id] * Math.Log(chance[id]));
            left = Until([.. left.OrderBy(id => Math.Abs(-Math.Log(chance[id]) - entropy))], chance, extras.TypicalP);
        }

        left = [.. left.OrderByDescending(id => row[id]).ThenBy(id => id)];
        left = sampling.TopP < 1 ? Until(left, Chances(row, left), sampling.TopP) : left;
        left = sampling.MinP > 0 ? [.. left.Where(id => Math.Exp(row[id] - row[left[0]]) >= sampling.MinP)] : left;
        if (extras.XtcProbability > 0)
        {
            var chance = Chances(row, left);
            var likely = left.TakeWhile(id => chance[id] >= extras.XtcThreshold).Count();
            left = likely > 1 ? left[(likely - 1)..] : left;
        }

        return [.. left.Order()];
    }

    private static Dictionary<int, double> Chances(float[] row, List<int> left)
    {
        var max = left.Max(id => (double)row[id]);
        var total = left.Sum(id => Math.Exp(row[id] - max));
        return left.ToDictionary(id => id, id => Math.Exp(row[id] - max) / total);
    }

    private static List<int> Until(List<int> order, Dictionary<int, double> chance, double share)
    {
        var sum = 0.0;
        return [.. order.TakeWhile(id =>
        {
            var before = sum;
            sum += chance[id];
            return before < share;
        })];
    }
}
