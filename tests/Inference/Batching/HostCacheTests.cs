using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

public sealed class HostCacheTests
{
    private static readonly BatcherOptions Options = new(512, 2, 1024, HostCacheTokens: 1000);

    [Fact]
    public async Task More_conversations_than_slots_all_keep_what_they_have_read()
    {
        using var model = new HistoryModel();
        await using var batcher = new ContinuousBatcher(model, Options);
        var turns = Enumerable.Range(0, 6).Select(i => (int[])[.. Enumerable.Range(10 + (i * 7), 60)]).ToArray();
        for (var turn = 0; turn < 3; turn++)
        {
            for (var i = 0; i < turns.Length; i++)
            {
                var answer = await batcher.Run(turns[i], Harness.Seeded(i), 10);
                Assert.Equal(Reference.Generate(model, turns[i], Harness.Seeded(i), 10), answer.Tokens());
                Assert.Equal(turn == 0 ? 0 : turns[i].Length - 6, answer.Begun!.Value.Cached);
                turns[i] = [.. turns[i], .. answer.Tokens(), 5, 6, 7, 8, 9];
            }
        }
    }

    [Fact]
    public async Task The_context_is_empty_when_nothing_runs()
    {
        using var model = new HistoryModel();
        await using var batcher = new ContinuousBatcher(model, Options);
        await batcher.Run([.. Enumerable.Range(10, 60)], Harness.Greedy, 10);
        await Harness.Until(() => batcher.Report().CellsUsed == 0);
    }

    [Fact]
    public async Task Tenants_do_not_share_it()
    {
        using var model = new HistoryModel();
        await using var batcher = new ContinuousBatcher(model, Options);
        int[] prompt = [.. Enumerable.Range(10, 100)];
        await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "a" });
        Assert.Equal((100, 0), (await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "b" })).Begun);
        Assert.Equal((100, 99), (await batcher.Run(prompt, Harness.Greedy, 1, request => request with { Tenant = "a" })).Begun);
    }

    [Fact]
    public async Task A_conversation_outlives_one_that_has_its_first_token_only()
    {
        using var model = new HistoryModel { Endless = true };
        await using var batcher = new ContinuousBatcher(model, Options);
        var (other, _) = batcher.Begin([5, 6], Harness.Greedy, 400, request => request with { Allowance = 3 }); // keeps the other slot
        await Harness.Until(() => other.Total == 3);
        int[] prompt = [.. Enumerable.Range(10, 100)];
        await batcher.Run(prompt, Harness.Greedy, 1);
        await batcher.Run([10, 200, 201], Harness.Greedy, 1);
        Assert.Equal((100, 99), (await batcher.Run(prompt, Harness.Greedy, 1)).Begun);
    }

    [Fact]
    public async Task A_recurrent_model_goes_on_where_it_ended()
    {
        using var model = new HistoryModel(new BigramOptions(CanTrim: false));
        await using var batcher = new ContinuousBatcher(model, Options);
        int[] prompt = [.. Enumerable.Range(10, 50)];
        var first = await batcher.Run(prompt, Harness.Greedy, 20);
        await batcher.Run([.. Enumerable.Range(200, 30)], Harness.Greedy, 5);
        int[] next = [.. prompt, .. first.Tokens(), 7, 8];
        var second = await batcher.Run(next, Harness.Greedy, 20);
        Assert.Equal(prompt.Length + first.Total - 1, second.Begun!.Value.Cached);
        Assert.Equal(Reference.Generate(model, next, Harness.Greedy, 20), second.Tokens());
    }

    [Fact]
    public void The_least_recently_used_goes_first_and_a_conversation_is_kept_once()
    {
        var cache = new HostCache(100);
        Held[] saved = [new(40), new(40), new(50), new(40)];
        int[] Tokens(int token, int count) => [.. Enumerable.Repeat(token, count)];
        cache.Add(Tokens(1, 40), "", saved[0]);
        cache.Add(Tokens(2, 40), "", saved[1]);
        Assert.False(cache.Wants(Tokens(1, 30), ""));
        Assert.True(cache.Wants(Tokens(1, 30), "other"));
        Assert.False(cache.Wants(Tokens(3, 101), ""));

        cache.Add(Tokens(1, 50), "", saved[2]);
        Assert.Equal((true, false, 90), (saved[0].Gone, saved[1].Gone, cache.Tokens));

        Assert.Equal(50, cache.Longest(Tokens(1, 60), "", held: 0, whole: false)); // a look alone is no use
        Assert.Same(saved[1], cache.Take(Tokens(2, 60), "", held: 0, whole: false).Saved);
        cache.Add(Tokens(4, 40), "", saved[3]);
        Assert.Equal((false, true, 80), (saved[1].Gone, saved[2].Gone, cache.Tokens));
    }

    [Fact]
    public void What_is_hardly_longer_than_what_is_there_is_not_loaded()
    {
        var cache = new HostCache(1000);
        cache.Add([.. Enumerable.Range(0, 320)], "", new Held(320));
        int[] prompt = [.. Enumerable.Range(0, 60)];
        Assert.Equal((null, 50), cache.Take(prompt, "", held: 50, whole: false));
        Assert.Equal(60, cache.Take(prompt, "", held: 40, whole: false).Common);
        Assert.Equal((null, 0), cache.Take(prompt, "", held: 0, whole: true));
    }

    private sealed class Held(int length) : SavedSequence
    {
        public bool Gone { get; private set; }
        public override int Length => length;
        public override void Dispose() => Gone = true;
    }
}
