using Platform.Inference.Batching;

namespace Platform.Inference.Tests.Batching;

/// <summary>What a step may read of prompts beside running sequences, from times that are known.</summary>
public sealed class PaceTests
{
    private readonly StepCost cost = new();

    [Fact]
    public void The_cost_of_a_step_is_the_line_that_its_times_lie_on()
    {
        foreach (var tokens in (int[])[1, 4, 8, 2, 7, 7, 7]) cost.Observe(tokens, 1000 + (250 * tokens));
        Assert.Equal(1000 + (250 * 5), cost.Of(5), 1e-6);
        Assert.Equal(250 * 4 / (1000 + (250 * 4.0)), cost.OfOneMore(4), 1e-6);
    }

    [Fact]
    public void It_follows_times_that_change()
    {
        for (var i = 0; i < 500; i++) cost.Observe(1 + (i % 8), 8000);
        for (var i = 0; i < 1500; i++) cost.Observe(1 + (i % 8), 1000 * (1 + (i % 8)));
        Assert.Equal(3000, cost.Of(3), 3000 * 0.01);
    }

    [Fact]
    public void Steps_of_one_size_tell_their_own_time_and_nothing_of_a_further_token()
    {
        for (var i = 0; i < 10; i++) cost.Observe(7, 900);
        Assert.Equal(900, cost.Of(7), 1e-6);
        Assert.Equal(0, cost.OfOneMore(7));
    }

    [Theory]
    [InlineData(0, 256)] // nobody waits for a token
    [InlineData(7, 81)] // 0.8 × 7000 ÷ 69
    [InlineData(1, 11)]
    public void A_step_reads_what_fits_beside_those_that_run(int running, int expected)
    {
        for (var i = 0; i < 50; i++) cost.Observe(1 + (i % 7), 1000 * (1 + (i % 7)));
        var pace = new Pace(cost);
        for (var i = 0; i < 10; i++) pace.Took(7, 40, 7000 + (40 * 69));
        Assert.Equal(expected, pace.Chunk(running, 256));
    }

    [Fact]
    public void One_step_in_sixteen_tells_what_a_step_takes_without_a_prompt()
    {
        var pace = new Pace(cost);
        var pauses = new List<int>();
        for (var (step, took) = (0, 1000.0); step < 1600; step++, took += 1)
        {
            var read = pace.Chunk(5, 256);
            if (read == 0)
            {
                pauses.Add(step);
                pace.TookNone(5, (long)took);
            }
            else
            {
                pace.Took(5, read, (long)took + (read * 100));
            }
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => 15 + (16 * i)), pauses);
        Assert.InRange(cost.Of(5), 2600 * 0.75, 2600);
        Assert.Equal(256, pace.Chunk(0, 256));
    }

    [Fact]
    public void It_begins_cautiously_and_never_stands_still()
    {
        var pace = new Pace(cost);
        Assert.Equal((32, 16, 256), (pace.Chunk(3, 256), pace.Chunk(3, 16), pace.Chunk(0, 256)));
        cost.Observe(1, 10);
        pace.Took(0, 256, 256_000_000);
        Assert.Equal(1, pace.Chunk(1, 256));
    }
}
