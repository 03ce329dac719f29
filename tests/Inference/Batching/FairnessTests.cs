using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

public sealed class FairnessTests : IDisposable
{
    private readonly HistoryModel model = new() { Endless = true };
    private readonly List<HistoryModel.Read[]> steps = [];

    public FairnessTests() => model.OnDecode = reads =>
    {
        steps.Add([.. reads]);
        return DecodeStatus.Ok;
    };

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task A_long_prompt_delays_running_generations_by_one_chunk_a_step_at_most()
    {
        using var begun = new ManualResetEventSlim();
        using var late = new ManualResetEventSlim();
        Recorder[] running = [];
        model.OnDecode = reads =>
        {
            begun.Wait(Harness.Patience);
            if (running.All(sink => sink.Total > 5))
            {
                late.Wait(Harness.Patience);
            }

            steps.Add([.. reads]);
            return DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(1024, 4, 4096, PrefillChunk: 1)); // as few as are read however slow it is
        running = [.. Enumerable.Range(0, 3).Select(i => batcher.Begin([10 + i], Harness.Greedy, 200).Sink)];
        begun.Set();
        await Harness.Until(() => running.All(sink => sink.Total > 5));
        var reader = batcher.Begin([.. Enumerable.Range(0, 100).Select(i => 30 + i)], Harness.Greedy, 1).Sink;
        late.Set();
        foreach (var sink in running.Append(reader))
        {
            await sink.Ended();
        }

        var reading = steps.Where(step => step.Length > 3).ToArray();
        Assert.Equal(100, reading.Length);
        Assert.All(reading, step =>
        {
            Assert.Equal(1 + 3, step.Length);
            Assert.Equal(4, step.DistinctBy(read => read.Sequence).Count());
        });
    }

    [Fact]
    public async Task A_short_prompt_does_not_wait_for_a_long_one()
    {
        using var gate = new ManualResetEventSlim();
        model.OnDecode = reads =>
        {
            gate.Wait(Harness.Patience);
            steps.Add([.. reads]);
            return DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(1024, 4, 4096, PrefillChunk: 32));
        int[] Long(int token) => [.. Enumerable.Repeat(token, 800)];
        var first = batcher.Begin([9, 9], Harness.Greedy, 1).Sink;
        Recorder[] others = [batcher.Begin(Long(40), Harness.Greedy, 1).Sink, batcher.Begin([.. Enumerable.Repeat(50, 40)], Harness.Greedy, 1).Sink, batcher.Begin(Long(60), Harness.Greedy, 1).Sink];
        gate.Set();
        foreach (var sink in others.Prepend(first))
        {
            await sink.Ended();
        }

        // Three prompts share 32 tokens a step, so 40 tokens take four steps; a share nobody needs goes to the others.
        var shares = steps.SkipWhile(step => !step.Any(read => read.Token == 50)).Select(step => step.Count(read => read.Token == 50)).TakeWhile(count => count > 0).ToArray();
        Assert.InRange(shares.Length, 4, 5);
        Assert.All(steps.Where(step => step.Any(read => read.Token == 40 && read.Position < 700)), step => Assert.InRange(step.Length, 32, 33));
    }

    [Fact]
    public async Task Generations_beyond_the_slots_start_in_order()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 2, 128));
        var order = new List<int>();
        var sinks = Enumerable.Range(0, 20).Select(i => batcher.Begin([10 + i], Harness.Greedy, 3, onToken: (_, _) =>
        {
            if (!order.Contains(i))
            {
                order.Add(i);
            }

            return false;
        }).Sink).ToArray();
        foreach (var sink in sinks)
        {
            await sink.Ended();
        }

        Assert.Equal(Enumerable.Range(0, 20), order);
        Assert.All(steps, step => Assert.InRange(step.Length, 1, 2));
    }

    [Fact]
    public async Task A_prompt_the_cache_has_no_room_for_is_not_begun()
    {
        using var all = new ManualResetEventSlim();
        model.OnDecode = reads =>
        {
            steps.Add([.. reads]);
            return all.Wait(Harness.Patience) ? DecodeStatus.Ok : DecodeStatus.Fatal;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(128, 4, 160, PrefillChunk: 16));
        var sinks = Enumerable.Range(0, 6).Select(i => batcher.Begin([.. Enumerable.Repeat(10 + i, 90)], Harness.Greedy, 20).Sink).ToArray();
        all.Set();
        foreach (var sink in sinks)
        {
            await sink.Ended();
        }

        Assert.Equal(6 * (90 + 19), steps.Sum(step => step.Length));
    }

    [Fact]
    public async Task Every_prompt_is_read_even_where_there_are_more_of_them_than_a_chunk_has_tokens()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 6, 384, PrefillChunk: 2));
        var sinks = Enumerable.Range(0, 6).Select(i => batcher.Begin([10 + i, 11, 12, 13, 14], Harness.Greedy, 4).Sink).ToArray();
        foreach (var sink in sinks)
        {
            Assert.Equal(4, (await sink.Ended()).Total);
        }
    }
}
