using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

public sealed class PrefixTests
{
    private readonly List<int> reads = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_turn_of_a_conversation_reads_only_what_is_new(bool canTrim)
    {
        using var model = Watched(canTrim);
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        var prompt = model.Prompt("<|im_start|>user\nthe tea house<|im_end|>\n<|im_start|>assistant\n");
        var first = await batcher.Run(prompt, Harness.Greedy, 20);
        Assert.Equal((prompt.Length, 0), first.Begun);

        int[] next = [.. prompt, .. first.Tokens(), .. model.Prompt("and the cat?")];
        reads.Clear();
        var second = await batcher.Run(next, Harness.Greedy, 20);

        // The last token drawn was never read, so it is read now.
        Assert.Equal((next.Length, prompt.Length + 19), second.Begun);
        Assert.Equal(next.Length - prompt.Length - 19, reads[0]);
        Assert.Equal(Reference.Generate(model, next, Harness.Greedy, 20), second.Tokens());
        Assert.Equal((prompt.Length + next.Length, prompt.Length + 19), (batcher.Report().PromptTokens, batcher.Report().CachedTokens));
    }

    [Fact]
    public async Task A_prompt_asked_again_reads_its_last_token_again()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        int[] prompt = [.. Enumerable.Range(10, 50)];
        var first = await batcher.Run(prompt, Harness.Greedy, 20);
        reads.Clear();
        var second = await batcher.Run(prompt, Harness.Greedy, 20);
        Assert.Equal((50, 49), second.Begun);
        Assert.Equal(1, reads[0]);
        Assert.Equal(first.Tokens(), second.Tokens());
    }

    [Fact]
    public async Task A_prefix_is_taken_from_a_slot_that_is_still_running()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        int[] shared = [.. Enumerable.Range(10, 60)];
        var (running, handle) = batcher.Begin([.. shared, 5], Harness.Greedy, change: request => request with { Allowance = 1 });
        await Harness.Until(() => running.Total == 1);
        int[] prompt = [.. shared, 6, 7];
        var other = await batcher.Run(prompt, Harness.Greedy, 10);
        Assert.Equal((62, 60), other.Begun);
        Assert.Equal(Reference.Generate(model, prompt, Harness.Greedy, 10), other.Tokens());
        Assert.Equal(61 + 2 + 9, batcher.Report().CellsUsed);
        handle.Cancel();
        await running.Ended();
    }

    [Fact]
    public async Task Prompts_that_arrive_together_read_their_common_start_once()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 5, 2560, PrefillChunk: 32));
        var asked = AskTogether(batcher, model);
        for (var i = 0; i < 4; i++)
        {
            await asked[i].Sink.Ended();
            Assert.Equal((203, i == 0 ? 0 : 200), asked[i].Sink.Begun);
        }

        // What was read: the prompt that held the others up, the common start, four tails, and every token drawn but the last of each.
        Assert.Equal(1 + 200 + 4 * 3 + asked.Sum(one => one.Sink.Total - 1), reads.Sum());
        AssertEachAsAlone(model, asked);
    }

    [Fact]
    public async Task When_who_reads_for_others_is_cancelled_another_goes_on_where_it_stopped()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 5, 2560, PrefillChunk: 32));
        var asked = AskTogether(batcher, model, (step, asked) =>
        {
            if (step == 4)
            {
                asked[0].Handle.Cancel();
            }
        });
        foreach (var (sink, _) in asked)
        {
            await sink.Ended();
        }

        Assert.Equal(FinishReason.Cancelled, asked[0].Sink.Reason());
        Assert.InRange(asked[1].Sink.Begun!.Value.Cached, 32, 160);
        Assert.Equal([200, 200], asked[2..].Select(one => one.Sink.Begun!.Value.Cached));
        AssertEachAsAlone(model, asked[1..]);
    }

    [Fact]
    public async Task A_short_common_start_does_not_cost_an_idle_slot_its_long_cache()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 2, 2048));
        int[] conversation = [1, 2, .. Enumerable.Range(10, 100)];
        await batcher.Run(conversation, Harness.Greedy, 1);
        var other = await batcher.Run([1, 2, 7, 8, 9], Harness.Greedy, 1);
        Assert.Equal((5, 2), other.Begun);
        Assert.Equal((102, 101), (await batcher.Run(conversation, Harness.Greedy, 1)).Begun);
    }

    [Fact]
    public async Task Tenants_do_not_share_a_cache()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 2, 2048));
        int[] prompt = [.. Enumerable.Range(10, 100)];
        await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "a" });
        Assert.Equal((100, 0), (await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "b" })).Begun);
        Assert.Equal((100, 99), (await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "a" })).Begun);
    }

    [Fact]
    public async Task The_least_recently_used_idle_cache_goes_first()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(128, 4, 256));
        int[] Prompt(int token) => [.. Enumerable.Repeat(token, 80)];
        foreach (var token in (int[])[11, 12, 13, 11, 14])
        {
            await batcher.Run(Prompt(token), Harness.Greedy, 1);
        }

        Assert.Equal((80, 79), (await batcher.Run(Prompt(11), Harness.Greedy, 1)).Begun);
        Assert.Equal((80, 79), (await batcher.Run(Prompt(14), Harness.Greedy, 1)).Begun);
        Assert.Equal((80, 0), (await batcher.Run(Prompt(12), Harness.Greedy, 1)).Begun);
    }

    [Fact]
    public async Task A_recurrent_model_reads_again_what_it_can_not_trim()
    {
        using var model = Watched(canTrim: false);
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 2, 2048));
        int[] prompt = [.. Enumerable.Range(10, 50)];
        var first = await batcher.Run(prompt, Harness.Greedy, 20);
        var second = await batcher.Run(prompt, Harness.Greedy, 20);
        Assert.Equal((50, 0), second.Begun);
        Assert.Equal(first.Tokens(), second.Tokens());
    }

    private static int[] Together(int i) => [.. Enumerable.Range(10, 200), 300 + i, 101, 102];

    [Fact]
    public async Task Prompts_of_two_tenants_that_arrive_together_are_both_read()
    {
        using var model = Watched();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 5, 2560, PrefillChunk: 32));
        var asked = AskTogether(batcher, model, change: (i, request) => request with { Tenant = i % 2 == 0 ? "a" : "b" });
        for (var i = 0; i < 4; i++)
        {
            await asked[i].Sink.Ended();
            Assert.Equal(i < 2 ? 0 : 200, asked[i].Sink.Begun!.Value.Cached);
        }
    }

    /// <summary>Four prompts with 200 tokens in common, submitted while the engine is held up.</summary>
    private static (Recorder Sink, SequenceHandle Handle)[] AskTogether(
        ContinuousBatcher batcher,
        HistoryModel model,
        Action<int, (Recorder Sink, SequenceHandle Handle)[]>? onStep = null,
        Func<int, SequenceRequest, SequenceRequest>? change = null)
    {
        var gate = new ManualResetEventSlim();
        (Recorder Sink, SequenceHandle Handle)[] asked = [];
        var (count, step) = (model.OnDecode, 0);
        model.OnDecode = reads =>
        {
            if (!gate.Wait(Harness.Patience))
            {
                return DecodeStatus.Fatal;
            }

            onStep?.Invoke(++step, asked);
            return count(reads);
        };
        batcher.Begin([9], Harness.Greedy, 1);
        asked = [.. Enumerable.Range(0, 4).Select(i => batcher.Begin(Together(i), Harness.Seeded(i), 8, request => change?.Invoke(i, request) ?? request))];
        gate.Set();
        return asked;
    }

    private static void AssertEachAsAlone(HistoryModel model, (Recorder Sink, SequenceHandle Handle)[] asked) =>
        Assert.All(asked, one => Assert.Contains(Enumerable.Range(0, 4), i => Reference.Generate(model, Together(i), Harness.Seeded(i), 8).SequenceEqual(one.Sink.Tokens())));

    private HistoryModel Watched(bool canTrim = true)
    {
        var model = new HistoryModel(new BigramOptions(CanTrim: canTrim));
        model.OnDecode = step =>
        {
            reads.Add(step.Count);
            return DecodeStatus.Ok;
        };
        return model;
    }
}
