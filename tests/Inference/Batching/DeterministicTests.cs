using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

/// <summary>A deterministic generation is decoded in the same parts every time, and never together with another.</summary>
public sealed class DeterministicTests : IDisposable
{
    private const int Chunk = 16;

    private static readonly Sampling Alike = Harness.Seeded(5) with { Deterministic = true };

    private readonly HistoryModel model = new() { Endless = true };
    private readonly int[] prompt;
    private readonly List<(int From, int Count)> parts = [];

    public DeterministicTests()
    {
        prompt = model.Prompt("<|im_start|>user\nWhen the rain comes, the road is empty and the house is quiet. What does the owner say to the guest?<|im_end|>\n");
        Assert.True(prompt.Length % Chunk is not 0 and not 1 && prompt.Length > 2 * Chunk);
    }

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task It_is_read_in_the_same_parts_alone_under_load_and_again()
    {
        await using var batcher = Batcher();
        WatchAlone();
        await batcher.Run(prompt, Alike, 20);
        var alone = Taken();
        Assert.Equal([.. Enumerable.Range(0, prompt.Length).Chunk(Chunk).Select(chunk => (chunk[0], chunk.Length)), .. Enumerable.Range(prompt.Length, 19).Select(position => (position, 1))], alone);

        var others = Enumerable.Range(0, 6).Select(i => batcher.Begin(model.Prompt($"{i} and the rain comes again, and again {i}"), Harness.Seeded(i), 60).Sink).ToList();
        await batcher.Run(prompt, Alike, 20);
        foreach (var other in others) await other.Ended();
        Assert.Equal(alone, Taken());
    }

    [Fact]
    public async Task It_never_shares_a_decode_and_its_tokens_are_those_of_its_request()
    {
        await using var batcher = Batcher();
        WatchAlone();
        var all = Enumerable.Range(0, 9).Select(i => batcher.Begin(prompt, i % 3 == 0 ? Harness.Seeded(i) : Alike with { Seed = i }, 30, request => request with { Choices = 1 + i % 2 }).Sink).ToList();
        for (var i = 0; i < all.Count; i++)
        {
            await all[i].Ended();
            for (var choice = 0; choice <= i % 2; choice++) Assert.Equal(Reference.Generate(model, prompt, Harness.Seeded(i), 30, choice), all[i].Tokens(choice));
        }

        Assert.Equal((0, 0), (batcher.Report().Running, batcher.Report().Waiting));
    }

    [Fact]
    public async Task A_run_that_goes_on_reads_the_prompt_and_the_tokens_so_far_as_they_were_read_before()
    {
        await using var batcher = Batcher();
        WatchAlone();
        var whole = (await batcher.Run(prompt, Alike, 20)).Tokens();
        var before = Taken();
        var rest = (await batcher.Run(prompt, Alike, 20, request => request with { SoFar = [whole[..8]] })).Tokens();
        Assert.Equal(whole[8..], rest);
        Assert.Equal(before, Taken());
    }

    [Fact]
    public async Task One_that_is_paused_keeps_no_other_waiting_and_goes_on_as_if_it_had_not_been()
    {
        await using var batcher = Batcher();
        WatchAlone();
        var whole = (await batcher.Run(prompt, Alike, 20)).Tokens();
        var (paused, handle) = batcher.Begin(prompt, Alike, 20, request => request with { Allowance = 7 });
        await Harness.Until(() => paused.Total == 7);
        var other = await batcher.Run(prompt, Alike with { Seed = 6 }, 20);
        Assert.Equal(20, other.Total);
        Assert.Equal(7, paused.Total);
        handle.Allow(20, final: true);
        Assert.Equal(whole, (await paused.Ended()).Tokens());
    }

    [Fact]
    public async Task Without_memory_for_it_only_the_deterministic_ones_are_refused()
    {
        await using var batcher = Batcher();
        model.CanCreate = () => false;
        var refused = await batcher.Run(prompt, Alike, 5);
        Assert.Equal("worker_unavailable", refused.Error?.Code);
        Assert.Equal(5, (await batcher.Run(prompt, Harness.Seeded(1), 5)).Total);
    }

    private ContinuousBatcher Batcher() => new(model, new BatcherOptions(256, 4, 1024, PrefillChunk: Chunk));

    /// <summary>Notes the parts of decodes that read a token of the prompt's first position, or go on where the last such part ended.</summary>
    private void WatchAlone() => model.OnDecode = reads =>
    {
        var alone = reads.All(read => read.Sequence == reads[0].Sequence);
        var (from, count) = (reads[0].Position, reads.Count);
        lock (parts)
        {
            if (alone && IsSolo(reads)) parts.Add((from, count));
        }

        return DecodeStatus.Ok;
    };

    /// <summary>Deterministic generations have a context of their own, with one sequence.</summary>
    private static bool IsSolo(List<HistoryModel.Read> reads) => reads[0].Sequences == 1;

    private List<(int From, int Count)> Taken()
    {
        lock (parts)
        {
            var taken = parts.ToList();
            parts.Clear();
            return taken;
        }
    }
}
