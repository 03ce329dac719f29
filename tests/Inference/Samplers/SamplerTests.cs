using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

public sealed class SamplerTests
{
    private static readonly SeenTokens None = new(0);

    [Theory]
    [InlineData(1, 1, 0, 0)]
    [InlineData(0.7, 1, 0, 0)]
    [InlineData(1.5, 0.9, 0, 0)]
    [InlineData(1, 1, 20, 0)]
    [InlineData(1, 1, 0, 0.05)]
    [InlineData(0.8, 0.95, 40, 0.02)]
    public void Draws_are_distributed_as_the_closed_form_says(double temperature, double topP, int topK, double minP)
    {
        const int Draws = 60_000;
        var row = Row(300, 1);
        var sampling = new Sampling { Seed = 42, Temperature = (float)temperature, TopP = (float)topP, TopK = topK, MinP = (float)minP };
        var expected = Closed(row, sampling);
        var sampler = new Sampler(row.Length);
        var counts = new int[row.Length];
        for (var position = 0; position < Draws; position++)
        {
            counts[sampler.Draw(row, sampling, None, choice: 0, position)]++;
        }

        // Cells with fewer than five expected draws are pooled, as Pearson's test wants.
        var (statistic, cells, rareExpected, rareSeen) = (0.0, 0, 0.0, 0.0);
        for (var id = 0; id < row.Length; id++)
        {
            var mean = expected[id] * Draws;
            if (mean == 0)
            {
                Assert.Equal(0, counts[id]);
            }
            else if (mean < 5)
            {
                rareExpected += mean;
                rareSeen += counts[id];
            }
            else
            {
                statistic += Math.Pow(counts[id] - mean, 2) / mean;
                cells++;
            }
        }

        statistic += rareExpected > 0 ? Math.Pow(rareSeen - rareExpected, 2) / rareExpected : 0;
        Assert.True(statistic < ChiSquare999(cells), $"{statistic} over {cells} cells");
    }

    [Fact]
    public void Cuts_keep_exactly_the_tokens_of_the_closed_form()
    {
        var random = new Random(3);
        foreach (var size in new[] { 7, 64, 500, 5_000, 49_152 })
        {
            var sampler = new Sampler(size);
            for (var run = 0; run < (size > 1_000 ? 6 : 150); run++)
            {
                var row = Row(size, random.Next(), ties: run % 3 == 0);
                var sampling = new Sampling
                {
                    Seed = run,
                    Temperature = 0.2f + 1.8f * random.NextSingle(),
                    TopP = random.Next(3) == 0 ? 1 : random.NextSingle(),
                    TopK = random.Next(2) == 0 ? 0 : random.Next(1, Math.Min(size, 300)),
                    MinP = random.Next(2) == 0 ? 0 : random.NextSingle() * 0.2f,
                };
                if (sampling is { TopP: 1, TopK: 0, MinP: 0 })
                {
                    continue;
                }

                sampler.Draw(row, sampling, None, 0, 0);
                var closed = Closed(row, sampling);
                Assert.Equal(Enumerable.Range(0, size).Where(id => closed[id] > 0), sampler.Kept.ToArray());
            }
        }
    }

    [Fact]
    public void The_same_seed_choice_and_position_draw_the_same_token_whatever_was_drawn_before()
    {
        var row = Row(400, 5);
        var sampling = new Sampling { Seed = 9, TopP = 0.99f };
        var (one, other) = (new Sampler(400), new Sampler(400));
        var forwards = Enumerable.Range(0, 200).Select(position => one.Draw(row, sampling, None, position % 3, position)).ToArray();
        var backwards = Enumerable.Range(0, 200).Reverse().Select(position => other.Draw(row, sampling, None, position % 3, position)).Reverse().ToArray();
        Assert.Equal(forwards, backwards);
        Assert.NotEqual(forwards, Enumerable.Range(0, 200).Select(position => one.Draw(row, sampling with { Seed = 10 }, None, position % 3, position)));
        Assert.NotEqual(forwards, Enumerable.Range(0, 200).Select(position => one.Draw(row, sampling, None, (position + 1) % 3, position)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4_000)]
    [InlineData(5_002)]
    public void Greedy_takes_the_highest_logit_and_of_equal_ones_the_lowest_id(int highest)
    {
        var row = Row(5_003, 2);
        row[highest] = 100;
        row[5_002] = 100;
        Assert.Equal(highest, new Sampler(row.Length).Draw(row, new Sampling { Seed = 1, Temperature = 0 }, None, 0, 0));
    }

    [Fact]
    public void A_vanishing_temperature_or_a_single_candidate_is_greedy()
    {
        var row = Row(1_000, 4);
        var best = Array.IndexOf(row, row.Max());
        var sampler = new Sampler(row.Length);
        Sampling[] all =
        [
            new() { Seed = 1, Temperature = float.Epsilon },
            new() { Seed = 1, Temperature = 1e-4f },
            new() { Seed = 1, TopK = 1 },
            new() { Seed = 1, TopP = 0 },
            new() { Seed = 1, MinP = 1 },
        ];
        Assert.All(all, sampling => Assert.All(Enumerable.Range(0, 50), position => Assert.Equal(best, sampler.Draw(row, sampling, None, 0, position))));
    }

    [Fact]
    public void Forbidden_tokens_are_never_drawn()
    {
        var row = new float[100];
        Array.Fill(row, float.NegativeInfinity);
        (row[10], row[70]) = (1, 1);
        var sampler = new Sampler(100);
        foreach (var sampling in new[] { new Sampling { Seed = 1 }, new Sampling { Seed = 1, TopK = 50 }, new Sampling { Seed = 1, TopP = 0.999f }, new Sampling { Seed = 1, MinP = 0.001f } })
        {
            Assert.Equal([10, 70], Enumerable.Range(0, 64).Select(position => sampler.Draw(row, sampling, None, 0, position)).Distinct().Order());
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_not_numbers_are_the_engines_fault(float broken)
    {
        var row = Row(100, 6);
        row[33] = broken;
        Assert.Throws<EngineException>(() => new Sampler(100).Draw(row, new Sampling { Seed = 1 }, None, 0, 0));
    }

    [Fact]
    public void A_draw_leaves_the_row_as_it_was_and_allocates_nothing()
    {
        var row = Row(2_000, 8);
        var copy = row.ToArray();
        var sampler = new Sampler(row.Length);
        Sampling[] all =
        [
            new() { Seed = 1, Temperature = 0 },
            new() { Seed = 1 },
            new() { Seed = 1, TopK = 40, TopP = 0.9f, MinP = 0.01f, RepeatPenalty = 1.1f, FrequencyPenalty = 0.5f },
            new() { Seed = 1, TopP = 0.9f, PresencePenalty = 1 },
        ];
        foreach (var sampling in all)
        {
            var seen = new SeenTokens(row.Length);
            seen.Reset(sampling, [1, 2, 3], [3, 4, 4]);
            void Draw()
            {
                for (var position = 0; position < 50; position++)
                {
                    sampler.Draw(row, sampling, seen, 0, position);
                }
            }

            Assert.Equal(0, Allocation.Of(Draw));
            Assert.Equal(copy, row);
        }
    }

    internal static float[] Row(int size, int seed, bool ties = false)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size).Select(_ => ties ? random.Next(-6, 6) : (float)(random.NextDouble() * 12 - 6 - Math.Log(random.NextDouble() + 1e-3)))];
    }

    /// <summary>Probabilities by sorting everything, in double precision.</summary>
    private static double[] Closed(float[] row, Sampling sampling)
    {
        var order = Enumerable.Range(0, row.Length).OrderByDescending(id => row[id]).ThenBy(id => id).ToList();
        var max = row[order[0]];
        var weight = row.Select(logit => Math.Exp(((double)logit - max) / sampling.Temperature)).ToArray();
        order = [.. order.Where(id => weight[id] >= sampling.MinP)];
        order = sampling.TopK > 0 ? [.. order.Take(sampling.TopK)] : order;
        var total = order.Sum(id => weight[id]);
        var before = 0.0;
        var kept = new double[row.Length];
        foreach (var id in order)
        {
            if (before > 0 && sampling.TopP < 1 && before >= sampling.TopP * total)
            {
                break;
            }

            before += kept[id] = weight[id];
        }

        return [.. kept.Select(mass => mass / before)];
    }

    /// <summary>99.9th percentile, by Wilson and Hilferty's approximation.</summary>
    private static double ChiSquare999(int freedom) => freedom * Math.Pow(1 - 2.0 / (9 * freedom) + 3.0902 * Math.Sqrt(2.0 / (9 * freedom)), 3);
}
