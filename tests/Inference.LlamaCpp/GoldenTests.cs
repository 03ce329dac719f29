using Platform.Fixtures.Greedy;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class GoldenTests(Bundled bundled)
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, GreedyGolden.Cases.Length)];

    [Fact]
    public void Most_steps_are_sure_enough_to_compare() => Assert.True(GreedyGolden.Cases.Sum(golden => golden.SureSteps) > GreedyGolden.Cases.Sum(golden => golden.CompletionTokens.Length) / 2);

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_prompt_has_the_expected_tokens(int number) => Assert.Equal(GreedyGolden.Cases[number].PromptTokens, bundled.Tokens(GreedyGolden.Cases[number].Prompt));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_completion_has_the_expected_text(int number) => Assert.Equal(GreedyGolden.Cases[number].Completion, bundled.Text(GreedyGolden.Cases[number].CompletionTokens));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Greedy_decoding_gives_the_expected_tokens_and_probabilities(int number)
    {
        var golden = GreedyGolden.Cases[number];
        using var context = bundled.Context();
        var logits = context.Read(0, golden.PromptTokens);
        foreach (var (token, step) in golden.CompletionTokens.Take(golden.SureSteps).Select((token, step) => (token, step)))
        {
            var found = Driving.LogProbabilities(logits);
            Assert.Equal(token, Driving.Best(logits));
            Assert.All(golden.TopLogprobs[step], entry => Assert.Equal((float)entry[1], found[(int)entry[0]], GreedyGolden.Tie));
            logits = context.Read(0, [token]);
        }

        if (golden.FinishReason == "stop" && golden.SureSteps == golden.CompletionTokens.Length)
        {
            Assert.True(bundled.Model.IsEnd(Driving.Best(logits)));
        }
    }
}
