using Platform.Inference.Batching;
using Platform.Inference.Bigram;

namespace Platform.Inference.Tests.Batching;

public sealed class PromptScoreTests : IAsyncDisposable
{
    private readonly BigramModel model = new();
    private readonly ContinuousBatcher batcher;

    public PromptScoreTests() => batcher = new(model, new(ContextLength: 256, Slots: 3, CacheTokens: 512));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(2, 0)]
    public async Task Every_token_of_the_prompt_but_the_first_is_scored_after_the_one_before_it(int choices, int maxTokens)
    {
        var prompt = model.Prompt("The apple fell, and the moon did not: why should it be so? Both are drawn to the earth.");
        await batcher.Run(prompt, Harness.Greedy, maxTokens: 1); // leaves a cache that must not be used
        var other = batcher.Run(model.Prompt("Another one that reads at the same time."), Harness.Greedy, maxTokens: 20);
        var recorder = await batcher.Run(prompt, Harness.Greedy with { Logprobs = 2 }, maxTokens, request => request with { ScorePrompt = true, Choices = choices });
        Assert.Equal(Enumerable.Range(1, prompt.Length - 1), recorder.Prompt.Keys.Order());
        Assert.All(recorder.Prompt, one =>
        {
            // the model's logits are logarithms of probabilities
            var after = model.After(prompt[one.Key - 1]).ToArray();
            Assert.Equal(after[prompt[one.Key]], one.Value.Logprob, 4);
            Assert.Equal(after.Max(), one.Value.Top[0].Logprob, 4);
        });
        Assert.Equal((choices * maxTokens, (prompt.Length, 0)), (recorder.Total, recorder.Begun));
        Assert.Equal(20, (await other).Total);
    }

    public async ValueTask DisposeAsync()
    {
        await batcher.DisposeAsync();
        model.Dispose();
    }
}
