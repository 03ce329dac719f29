namespace Platform.Inference.LlamaCpp.Tests;

public sealed class CallPlanTests
{
    [Theory]
    [InlineData(new[] { 1 }, new[] { 1 })]
    [InlineData(new[] { 63 }, new[] { 63 })]
    [InlineData(new[] { 64 }, new[] { 63, 1 })]
    [InlineData(new[] { 127 }, new[] { 63, 63, 1 })]
    [InlineData(new[] { 128 }, new[] { 128 })]
    [InlineData(new[] { 256, 1, 1 }, new[] { 2, 256 })]
    [InlineData(new[] { 40, 40, 40 }, new[] { 63, 57 })]
    [InlineData(new[] { 1, 130, 1, 200, 90 }, new[] { 63, 29, 130, 200 })]
    public void Short_runs_share_calls_below_64_tokens_and_a_long_run_has_its_own(int[] runs, int[] calls)
    {
        var tokens = runs.SelectMany((length, sequence) => Enumerable.Repeat(sequence, length)).ToArray();
        var plan = new CallPlan(tokens.Length, runs.Length);
        for (var again = 0; again < 2; again++)
        {
            plan.Build(tokens, together: false);
            Assert.Equal(calls, Enumerable.Range(0, plan.Calls).Select(call => plan.Call(call).Length));
            var all = Enumerable.Range(0, plan.Calls).SelectMany(call => plan.Call(call).ToArray()).ToArray();
            Assert.Equal(Enumerable.Range(0, tokens.Length), all.Order());
            Assert.All(Enumerable.Range(0, runs.Length), sequence => Assert.Equal(runs[sequence], all.Where(index => tokens[index] == sequence).Distinct().Count()));
        }
    }

    [Fact]
    public void The_tokens_of_a_sequence_keep_their_order()
    {
        var tokens = Enumerable.Range(0, 500).Select(i => i % 3).ToArray();
        var plan = new CallPlan(tokens.Length, 3);
        plan.Build(tokens, together: false);
        var all = Enumerable.Range(0, plan.Calls).SelectMany(call => plan.Call(call).ToArray()).ToArray();
        Assert.All(Enumerable.Range(0, 3), sequence => Assert.Equal(all.Where(index => tokens[index] == sequence).Order(), all.Where(index => tokens[index] == sequence)));
    }
}
