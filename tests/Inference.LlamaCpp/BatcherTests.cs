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

    [Fact]
    public async Task A_short_prompt_says_the_same_after_a_long_one_that_begins_alike()
    {
        var prompt = bundled.Tokens("<|im_start|>user\nTell me of gravity.<|im_end|>\n<|im_start|>assistant\n");
        var longer = bundled.Tokens($"<|im_start|>user\nTell me of {string.Concat(Enumerable.Repeat("a very long story of many men ", 24))}.<|im_end|>\n<|im_start|>assistant\n");
        Assert.True(longer.Length > CallPlan.LongRun, "it is read in one long run");
        var (alone, after) = (new List<int[]>(), new List<int[]>());
        foreach (var first in (int[][])[[], longer])
        {
            await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(1024, 4, 4096, Threads: LlamaLibrary.DefaultThreads));
            if (first.Length > 0) await Run(batcher, first, seed: 0);
            for (var seed = 0; seed < 3; seed++) (first.Length == 0 ? alone : after).Add(await Run(batcher, prompt, seed));
        }

        Assert.Equal(alone, after);
    }

    private static async Task<int[]> Run(ContinuousBatcher batcher, int[] prompt, long seed)
    {
        var sink = new Collector();
        batcher.Submit(new SequenceRequest { Prompt = prompt, Sampling = new Sampling { Seed = seed, Temperature = 1, Extras = new SamplingExtras { IgnoreEnd = true } }, MaxTokens = 40, Sink = sink });
        return (await sink.Ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Tokens;
    }
}
