using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;

namespace Platform.Inference.Tests.Batching;

public sealed class LoadTests
{
    [Theory]
    [InlineData(1, 8, 2048)]
    [InlineData(2, 5, 300)]
    [InlineData(3, 3, 256)]
    public async Task Random_load_with_random_cancels_leaves_every_slot_free_and_counts_what_the_sinks_saw(int seed, int slots, int cells)
    {
        using var model = new HistoryModel();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, slots, cells, PrefillChunk: 32));
        var random = new Random(seed);
        var all = new List<(Recorder Sink, int[] Prompt, SequenceRequest Request)>();
        for (var i = 0; i < 150; i++)
        {
            int[] prompt = [.. Enumerable.Range(0, random.Next(1, 120)).Select(_ => random.Next(4) == 0 ? random.Next(model.Info.Vocabulary) : 20)];
            var request = new SequenceRequest
            {
                Prompt = prompt,
                Sampling = new Sampling { Seed = i, Temperature = random.Next(2), RepeatPenalty = random.Next(2) == 0 ? 1 : 1.1f },
                MaxTokens = random.Next(1, 60),
                Choices = random.Next(4) == 0 ? random.Next(2, 6) : 1,
                Allowance = random.Next(3) == 0 ? random.Next(1, 20) : int.MaxValue,
                Sink = new Recorder(),
            };
            var cancelAt = random.Next(4) == 0 ? random.Next(60) : -1;
            SequenceHandle? handle = null;
            var drawn = 0;
            (var sink, handle) = batcher.Begin(prompt, request.Sampling, change: old => request with { Sink = old.Sink }, onToken: (_, _) =>
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref handle) is not null);
                drawn++;
                if (drawn == cancelAt)
                {
                    handle!.Cancel();
                }
                else if (drawn == request.Allowance)
                {
                    handle!.Allow(request.Allowance + 10, final: true);
                }

                return false;
            });
            all.Add((sink, prompt, request));
            if (cancelAt == 0)
            {
                handle.Cancel();
            }
        }

        foreach (var (sink, prompt, request) in all)
        {
            await sink.Ended();
            Assert.Null(sink.Error);
            for (var choice = 0; choice < request.Choices; choice++)
            {
                var alone = Reference.Generate(model, prompt, request.Sampling, request.MaxTokens!.Value, choice);
                Assert.Equal(alone[..sink.Count(choice)], sink.Tokens(choice));
                Assert.True(sink.Reason(choice) != FinishReason.Stop || alone.Length == sink.Count(choice));
            }
        }

        var report = batcher.Report();
        Assert.Equal((0, 0), (report.Running, report.Waiting));
        Assert.Equal(all.Sum(one => one.Sink.Total), report.CompletionTokens);
        Assert.Equal(all.Sum(one => one.Sink.Begun?.Prompt ?? 0), report.PromptTokens);
        Assert.Equal(all.Sum(one => one.Sink.Begun?.Cached ?? 0), report.CachedTokens);
    }

    [Fact]
    public async Task A_running_step_allocates_nothing()
    {
        using var model = new BigramModel();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(4096, 4, 16384));
        var sinks = Enumerable.Range(0, 4).Select(_ => new Meter()).ToArray();
        foreach (var sink in sinks)
        {
            batcher.Submit(new SequenceRequest { Prompt = [3, 4], Sampling = new Sampling { Seed = 1, Temperature = 0, FrequencyPenalty = 0.01f }, MaxTokens = 3000, Sink = sink });
        }

        foreach (var sink in sinks)
        {
            Assert.InRange(await sink.Allocated.Task.WaitAsync(Harness.Patience), 0, 60_000);
        }
    }

    /// <summary>What the engine's thread allocates between the 1,000th and the 3,000th token; the token buffers of four sequences double once in that time.</summary>
    private sealed class Meter : ITokenSink
    {
        private int count;
        private long before;

        public TaskCompletionSource<long> Allocated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Started(int promptTokens, int cachedTokens)
        {
        }

        public bool Token(int choice, int token)
        {
            if (++count == 1_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            return false;
        }

        public void Finished(int choice, FinishReason reason) => Allocated.TrySetResult(GC.GetAllocatedBytesForCurrentThread() - before);

        public void Failed(RunError error) => Allocated.TrySetException(new InvalidOperationException(error.Message));
    }
}
