using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

public sealed class FaultTests : IDisposable
{
    private readonly HistoryModel model = new() { Endless = true };

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData(DecodeStatus.Invalid, 1)]
    [InlineData(DecodeStatus.Fatal, 2)]
    public async Task A_decode_that_fails_fails_its_generations_and_the_next_ones_are_served(DecodeStatus status, int contexts)
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        using var both = new ManualResetEventSlim();
        model.OnDecode = reads =>
        {
            both.Wait(Harness.Patience);
            return reads.Any(read => read.Position == 20) ? status : DecodeStatus.Ok;
        };
        var prompt = model.Prompt("the cat");
        Recorder[] sinks = [batcher.Begin(prompt, Harness.Greedy).Sink, batcher.Begin(prompt, Harness.Greedy).Sink];
        both.Set();
        foreach (var sink in sinks)
        {
            Assert.Equal(RunErrorKind.Engine, (await sink.Ended()).Error!.Kind);
        }

        model.OnDecode = _ => DecodeStatus.Ok;
        Assert.Equal(Reference.Generate(model, prompt, Harness.Greedy, 30), (await batcher.Run(prompt, Harness.Greedy, 30)).Tokens());
        Assert.Equal(contexts + 1, model.Contexts);
        Assert.Equal(0, batcher.Report().Running);
    }

    [Fact]
    public async Task Who_was_paused_while_the_context_broke_goes_on_in_the_next_one()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        var prompt = model.Prompt("the cat");
        var (paused, handle) = batcher.Begin(prompt, Harness.Seeded(4), 40, request => request with { Allowance = 10 });
        await Harness.Until(() => paused.Total == 10);
        model.OnDecode = reads => reads.Any(read => read.Token == 7) ? DecodeStatus.Fatal : DecodeStatus.Ok;
        Assert.Equal(RunErrorKind.Engine, (await batcher.Run([7], Harness.Greedy)).Error!.Kind);
        handle.Allow(40, final: true);
        await paused.Ended();
        Assert.Equal(Reference.Generate(model, prompt, Harness.Seeded(4), 40), paused.Tokens());
    }

    [Fact]
    public async Task An_engine_that_throws_fails_what_runs_and_is_started_again()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        model.OnDecode = _ => throw new InvalidOperationException("bang");
        Assert.Equal(RunErrorKind.Engine, (await batcher.Run([1, 2], Harness.Greedy)).Error!.Kind);
        model.CanCreate = () => false;
        Assert.Equal(RunErrorKind.WorkerUnavailable, (await batcher.Run([1, 2], Harness.Greedy)).Error!.Kind);
        model.CanCreate = () => true;
        model.OnDecode = _ => DecodeStatus.Ok;
        Assert.Equal(5, (await batcher.Run([1, 2], Harness.Greedy, 5)).Total);
    }

    [Fact]
    public async Task An_engine_without_room_makes_the_youngest_wait_and_fails_nobody()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        model.OnDecode = reads => reads.Select(read => read.Sequence).Distinct().Count() > 2 ? DecodeStatus.NoRoom : DecodeStatus.Ok;
        var prompts = Enumerable.Range(0, 4).Select(i => model.Prompt($"{i} the cat")).ToArray();
        var sinks = prompts.Select(prompt => batcher.Begin(prompt, Harness.Seeded(4), 30).Sink).ToArray();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Reference.Generate(model, prompts[i], Harness.Seeded(4), 30), (await sinks[i].Ended()).Tokens());
        }
    }

    [Fact]
    public async Task A_decode_broken_off_is_made_again()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        var step = 0;
        model.OnDecode = _ => ++step % 3 == 0 ? DecodeStatus.Aborted : DecodeStatus.Ok;
        var prompt = model.Prompt("the cat");
        var sink = await batcher.Run(prompt, Harness.Seeded(4), 30);
        model.OnDecode = _ => DecodeStatus.Ok;
        Assert.Equal(Reference.Generate(model, prompt, Harness.Seeded(4), 30), sink.Tokens());
    }

    [Fact]
    public async Task Logits_that_are_not_numbers_fail_their_generation_only()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        model.OnRow = (read, row) => row[0] = read.Token == 9 ? float.NaN : row[0];
        var good = batcher.Begin([8], Harness.Greedy, 20).Sink;
        Assert.Equal(RunErrorKind.Engine, (await batcher.Run([9], Harness.Greedy, 20)).Error!.Kind);
        Assert.Equal(20, (await good.Ended()).Total);
    }

    [Fact]
    public async Task A_sink_that_throws_loses_its_own_generation_only()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 4, 1024));
        var (good, _) = batcher.Begin(model.Prompt("the tea"), Harness.Greedy, 50);
        var (bad, _) = batcher.Begin(model.Prompt("the cat"), Harness.Greedy, 50, request => request with { Choices = 2 }, onToken: (_, _) => throw new InvalidOperationException("bang"));
        Assert.Equal(RunErrorKind.Engine, (await bad.Ended()).Error!.Kind);
        Assert.Equal(50, (await good.Ended()).Total);
        Assert.Equal(0, batcher.Report().Running);
    }

    [Fact]
    public async Task Disposal_tells_who_is_left_that_another_worker_has_to_take_over()
    {
        using var slow = new Inference.Bigram.BigramModel(new Inference.Bigram.BigramOptions(StepDelay: TimeSpan.FromMinutes(1)));
        var batcher = new ContinuousBatcher(slow, new BatcherOptions(256, 1, 256));
        Recorder[] sinks = [batcher.Begin([1], Harness.Greedy).Sink, batcher.Begin([2], Harness.Greedy).Sink];
        await batcher.DisposeAsync().AsTask().WaitAsync(Harness.Patience);
        await batcher.DisposeAsync();
        foreach (var sink in sinks.Append(batcher.Begin([3], Harness.Greedy).Sink))
        {
            Assert.Equal(RunErrorKind.WorkerUnavailable, (await sink.Ended()).Error!.Kind);
        }
    }
}
