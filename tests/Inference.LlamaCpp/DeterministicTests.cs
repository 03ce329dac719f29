using Platform.Contracts.Runs;
using Platform.Inference.Batching;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Deterministic generations of the bundled model at temperature 1: the same tokens alone, beside others, and when a run goes on with what an earlier one had made.</summary>
public sealed class DeterministicTests(Bundled bundled)
{
    private const int Length = 40;

    /// <summary>Six wait in turn for a lane for one, beside others: minutes on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Sampling Hot = new() { Seed = 4711, Temperature = 1, Deterministic = true };

    [Fact]
    public async Task The_same_request_gives_the_same_tokens_alone_and_under_load()
    {
        await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(2048, 8, 8192, PrefillChunk: 64, Threads: LlamaLibrary.DefaultThreads));
        var prompt = bundled.Tokens("<|im_start|>user\n" + string.Concat(Enumerable.Repeat("Tell me about the sea, the wind and the ships. ", 14)) + "<|im_end|>\n<|im_start|>assistant\n");
        Assert.True(prompt.Length > 2 * 64, "the prompt is read in several parts");
        var alone = new List<int[]>();
        for (var i = 0; i < 3; i++) alone.Add(await Generate(batcher, prompt, Hot));

        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 5).Select(async client =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) await Generate(batcher, bundled.Tokens($"Client {client} asks for the {i}th time: {string.Concat(Enumerable.Repeat("why? ", (client * 7 + i * 13) % 60))}"), new Sampling { Seed = i, Temperature = 1 });
        }));
        var loaded = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Generate(batcher, prompt, Hot)));
        await stop.CancelAsync();
        await load;

        Assert.All([.. alone, .. loaded], tokens => Assert.Equal(alone[0], tokens));
    }

    [Fact]
    public async Task A_run_goes_on_with_the_very_tokens_that_it_would_have_drawn()
    {
        await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(2048, 4, 4096, PrefillChunk: 64, Threads: LlamaLibrary.DefaultThreads));
        var prompt = bundled.Tokens("<|im_start|>user\nWrite a poem about rain.<|im_end|>\n<|im_start|>assistant\n");
        var whole = await Generate(batcher, prompt, Hot);
        foreach (var cut in (int[])[1, 7, 19, Length - 1])
            Assert.Equal(whole[cut..], await Generate(batcher, prompt, Hot, whole[..cut]));
    }

    private static async Task<int[]> Generate(ContinuousBatcher batcher, int[] prompt, Sampling sampling, int[]? soFar = null)
    {
        var sink = new Collector();
        batcher.Submit(new SequenceRequest { Prompt = prompt, Sampling = sampling with { Extras = new SamplingExtras { IgnoreEnd = true } }, MaxTokens = Length, SoFar = soFar is null ? [] : [soFar], Sink = sink });
        return (await sink.Ended.Task.WaitAsync(Patience)).Tokens;
    }
}
