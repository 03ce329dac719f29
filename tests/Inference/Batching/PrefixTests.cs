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
