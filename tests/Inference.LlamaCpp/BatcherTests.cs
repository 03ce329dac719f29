using Platform.Contracts.Runs;
using Platform.Fixtures.Greedy;
using Platform.Inference.Batching;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>The continuous batcher over real llama.cpp, against the golden completions.</summary>
public sealed class BatcherTests(Bundled bundled)
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Golden_prompts_decoded_at_once_give_the_expected_completions(int atOnce)
    {
        await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(8192, 8, 16384, Threads: LlamaLibrary.DefaultThreads));
        await Parallel.ForEachAsync(GreedyGolden.Cases, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken }, async (golden, cancellation) =>
        {
            var sink = new Collector();
            batcher.Submit(new SequenceRequest { Prompt = golden.PromptTokens, Sampling = new Sampling { Seed = 1, Temperature = 0 }, MaxTokens = GreedyGolden.MaxTokens, Sink = sink });
            var (tokens, reason) = await sink.Ended.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
            var sure = golden.SureSteps;
            Assert.Equal(golden.CompletionTokens[..sure], tokens[..sure]);
            if (sure == golden.CompletionTokens.Length)
            {
                Assert.Equal(golden.FinishReason == "stop" ? FinishReason.Stop : FinishReason.Length, reason);
            }
        });
        Assert.Equal(0, batcher.Report().Running);
    }
}
