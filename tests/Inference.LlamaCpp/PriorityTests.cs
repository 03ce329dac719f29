using Platform.Contracts.Runs;
using Platform.Fixtures.Greedy;
using Platform.Inference.Batching;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Who gives its slot up and goes on later says what it would have said.</summary>
public sealed class PriorityTests(Bundled bundled)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task Golden_prompts_sent_back_by_more_urgent_ones_give_the_expected_completions(int hostCache)
    {
        await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(2048, 1, 2048, Threads: LlamaLibrary.DefaultThreads, HostCacheTokens: hostCache));
        foreach (var golden in GreedyGolden.Cases[..4])
        {
            Collector patient = new(), urgent = new();
            batcher.Submit(Request(golden, band: 2, new At(8, patient, () => batcher.Submit(Request(GreedyGolden.Cases[^1], band: 0, urgent)))));
            Assert.Same(urgent.Ended.Task, await Task.WhenAny(patient.Ended.Task, urgent.Ended.Task).WaitAsync(Patience, TestContext.Current.CancellationToken));
            var (tokens, _) = await patient.Ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.Equal(golden.CompletionTokens[..golden.SureSteps], tokens[..golden.SureSteps]);
        }
    }

    private static SequenceRequest Request(GreedyGolden golden, int band, ITokenSink sink) =>
        new() { Prompt = golden.PromptTokens, Sampling = new Sampling { Seed = 1, Temperature = 0 }, MaxTokens = GreedyGolden.MaxTokens, Band = band, Sink = sink };

    /// <summary>Does something when so many tokens are there.</summary>
    private sealed class At(int count, Collector inner, Action act) : ITokenSink
    {
        private int drawn;

        public void Started(int promptTokens, int cachedTokens) => inner.Started(promptTokens, cachedTokens);

        public bool Token(int choice, int token)
        {
            if (++drawn == count)
            {
                act();
            }

            return inner.Token(choice, token);
        }

        public void Finished(int choice, FinishReason reason) => inner.Finished(choice, reason);

        public void Failed(RunError error) => inner.Failed(error);
    }
}
