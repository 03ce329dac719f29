using Platform.Contracts.Runs;
using Platform.Fixtures.Greedy;
using Platform.Inference.Batching;
using Platform.Inference.Speculation;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Speculation over real llama.cpp: greedy completions are the golden ones, as far as those are sure, whoever guesses.</summary>
public sealed class SpeculationTests(Bundled bundled)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Golden_completions_are_the_same_with_it(bool draft)
    {
        // the model is its own draft: every guess is right, but for near ties and what would follow the end
        var options = new BatcherOptions(2048, 4, 8192, Threads: LlamaLibrary.DefaultThreads) { Speculation = new SpeculationOptions(draft ? bundled.Model : null) { Always = true } };
        await using var batcher = new ContinuousBatcher(bundled.Model, options);
        var (accepted, rejected) = (0, 0);
        await Parallel.ForEachAsync(GreedyGolden.Cases, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, async (golden, cancellation) =>
        {
            var sink = new Collector();
            batcher.Submit(new SequenceRequest { Prompt = golden.PromptTokens, Sampling = new Sampling { Seed = 1, Temperature = 0 }, MaxTokens = GreedyGolden.MaxTokens, Sink = sink });
            var (tokens, _) = await sink.Ended.Task.WaitAsync(TimeSpan.FromSeconds(120), cancellation);
            Assert.Equal(golden.CompletionTokens[..golden.SureSteps], tokens[..golden.SureSteps]);
            lock (batcher) (accepted, rejected) = (accepted + sink.Accepted, rejected + sink.Rejected);
        });
        if (draft) Assert.True(accepted > 10 * rejected, $"{accepted} right, {rejected} wrong");
    }
}
