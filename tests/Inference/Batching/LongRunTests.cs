using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

/// <summary>An engine that reads much of a sequence at once rounds otherwise: what is said must not show it.</summary>
public sealed class LongRunTests : IDisposable
{
    private const int LongRun = 40;

    private static readonly int[] Shared = [.. Enumerable.Range(10, 30)];
    private static readonly int[] Short = [.. Shared, 5];
    private static readonly int[] Long = [.. Shared, .. Enumerable.Range(100, 60)];

    private readonly HistoryModel model = new() { LongRun = LongRun, Endless = true };

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task A_short_prompt_says_the_same_whatever_long_one_was_read_before(int hostCache)
    {
        var alone = await Alone(Short);
        await using var batcher = Batcher(hostCache: hostCache);
        var first = await batcher.Run(Long, Harness.Greedy, 20);
        var after = await batcher.Run(Short, Harness.Greedy, 20);
        Assert.Equal(alone, after.Tokens());
        Assert.Equal(0, after.Begun!.Value.Cached);
        Assert.Equal(Shared.Length, (await batcher.Run([.. Shared, 6], Harness.Greedy, 1)).Begun!.Value.Cached);
        Assert.Equal(Long.Length + 19, (await batcher.Run([.. Long, .. first.Tokens(), 7], Harness.Greedy, 1)).Begun!.Value.Cached);
    }

    [Fact]
    public async Task A_short_prompt_does_not_wait_for_a_long_one_that_is_being_read()
    {
        var alone = await Alone(Short);
        using var bothAsked = new ManualResetEventSlim();
        model.OnDecode = _ =>
        {
            bothAsked.Wait(Harness.Patience);
            return DecodeStatus.Ok;
        };
        await using var batcher = Batcher(chunk: LongRun + 5);
        var (longer, _) = batcher.Begin(Long, Harness.Greedy, 20);
        var (shorter, _) = batcher.Begin(Short, Harness.Greedy, 20);
        bothAsked.Set();
        await longer.Ended();
        Assert.Equal(alone, (await shorter.Ended()).Tokens());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(LongRun - 1)]
    [InlineData(LongRun)]
    [InlineData(90)]
    public async Task A_run_goes_on_as_if_it_had_never_ended(int cut)
    {
        foreach (var prompt in new[] { Short, Long })
        {
            var whole = await Alone(prompt, 100);
            await using var batcher = Batcher();
            var rest = await batcher.Run(prompt, Harness.Greedy, 100, request => request with { SoFar = [whole[..cut]] });
            Assert.Equal(whole[cut..], rest.Tokens());
        }
    }

    public void Dispose() => model.Dispose();

    private ContinuousBatcher Batcher(int chunk = 256, int hostCache = 0) => new(model, new BatcherOptions(512, 4, 2048, PrefillChunk: chunk, HostCacheTokens: hostCache));

    private async Task<int[]> Alone(int[] prompt, int tokens = 20)
    {
        await using var batcher = Batcher();
        return [.. (await batcher.Run(prompt, Harness.Greedy, tokens)).Tokens()];
    }
}
