using Platform.Contracts.Runs;
using Platform.Inference.Batching;

namespace Platform.Inference.Tests.Batching;

public sealed class EndingTests : IDisposable
{
    private readonly HistoryModel model = new() { Endless = true };

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task A_prompt_that_leaves_no_room_for_an_answer_is_refused_before_work_with_the_counts()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 2, 128));
        var refused = await batcher.Run(new int[64], Harness.Greedy);
        Assert.Equal(
            new RunError(
                RunErrorKind.InvalidRequest,
                "context_length_exceeded",
                "This model's maximum context length is 64 tokens. However, your messages resulted in 64 tokens. Please reduce the length of the messages.",
                "messages"),
            refused.Error);
        Assert.Equal(0, batcher.Report().Steps);

        var last = await batcher.Run(new int[63], Harness.Greedy);
        Assert.Equal((1, FinishReason.Length), (last.Total, last.Reason()));
    }

    [Fact]
    public async Task A_prompt_without_tokens_or_with_unknown_ones_is_refused()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 2, 128));
        Assert.Equal(RunErrorKind.InvalidRequest, (await batcher.Run([], Harness.Greedy)).Error!.Kind);
        Assert.Equal(RunErrorKind.InvalidRequest, (await batcher.Run([1, -1], Harness.Greedy)).Error!.Kind);
        Assert.Contains("vocabulary of 433", (await batcher.Run([1, 433], Harness.Greedy)).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(RunErrorKind.InvalidRequest, (await batcher.Run([1], Harness.Greedy, change: request => request with { SoFar = [[999_999]] })).Error!.Kind);
    }

    [Fact]
    public async Task The_end_of_the_context_ends_a_generation_with_length()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 2, 128));
        var sink = await batcher.Run([1, 2, 3, 4], Harness.Greedy);
        Assert.Equal((60, FinishReason.Length), (sink.Total, sink.Reason()));
    }

    [Fact]
    public async Task The_token_that_ends_a_generation_is_drawn_and_counted()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 2, 128));
        model.OnRow = (read, row) => row[model.Info.Eos] = read.Position == 5 ? 1_000 : row[model.Info.Eos];
        var sink = await batcher.Run([1, 2, 3, 4], Harness.Greedy);
        Assert.Equal((3, FinishReason.Stop), (sink.Total, sink.Reason()));
        Assert.Equal(model.Info.Eos, sink.Tokens()[^1]);
        Assert.Equal(3, batcher.Report().CompletionTokens);
    }

    [Fact]
    public async Task A_sink_ends_a_choice_and_the_others_go_on()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 4, 256));
        var drawn = 0;
        var sink = await batcher.Begin([1, 2, 3], Harness.Seeded(3), 20, request => request with { Choices = 3 }, (choice, _) => choice == 1 && ++drawn == 4).Sink.Ended();
        Assert.Equal([(20, FinishReason.Length), (4, FinishReason.Stop), (20, FinishReason.Length)], Enumerable.Range(0, 3).Select(choice => (sink.Count(choice), sink.Reason(choice)!.Value)));
    }

    [Fact]
    public async Task A_choice_pauses_at_its_allowance_and_goes_on_when_it_is_raised()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 2, 512));
        var prompt = model.Prompt("the tea house");
        var whole = Reference.Generate(model, prompt, Harness.Seeded(5), 40);
        var (sink, handle) = batcher.Begin(prompt, Harness.Seeded(5), 40, request => request with { Allowance = 10 });
        await Harness.Until(() => sink.Total == 10);
        await batcher.Run([9], Harness.Greedy, 30);
        Assert.Equal((10, 1), (sink.Total, batcher.Report().Running));

        handle.Allow(15, final: false);
        await Harness.Until(() => sink.Total == 15);
        handle.Allow(12, final: false);
        await batcher.Run([9], Harness.Greedy, 30);
        Assert.Equal(15, sink.Total);
        handle.Allow(25, final: true);
        await sink.Ended();
        Assert.Equal((25, FinishReason.Length), (sink.Total, sink.Reason()));
        Assert.Equal(whole[..25], sink.Tokens());
    }

    [Fact]
    public async Task A_paused_choice_ends_when_no_more_allowance_comes()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 2, 512));
        var (sink, handle) = batcher.Begin(model.Prompt("the tea house"), Harness.Seeded(5), 40, request => request with { Allowance = 10 });
        await Harness.Until(() => sink.Total == 10);
        handle.Allow(10, final: true);
        await sink.Ended();
        Assert.Equal((10, FinishReason.Length), (sink.Total, sink.Reason()));
    }

    [Fact]
    public async Task A_generation_resumed_at_its_allowance_waits_with_its_prompt_read()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 2, 512));
        var prompt = model.Prompt("the tea house");
        var whole = Reference.Generate(model, prompt, Harness.Seeded(5), 20);
        var (sink, handle) = batcher.Begin(prompt, Harness.Seeded(5), 20, request => request with { Allowance = 8, SoFar = [whole[..8]] });
        await Harness.Until(() => batcher.Report() is { Running: 1, CellsUsed: > 0 });
        Assert.Equal(prompt.Length + 7, batcher.Report().CellsUsed);
        handle.Allow(20, final: true);
        await sink.Ended();
        Assert.Equal(whole[8..], sink.Tokens());
    }

    [Fact]
    public async Task Cancelling_frees_the_slots_within_one_step_and_ends_every_choice_that_had_not()
    {
        using var decode = new SemaphoreSlim(0);
        model.OnDecode = _ =>
        {
            decode.Wait(Harness.Patience);
            return Engine.DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 3, 768));
        var (sink, handle) = batcher.Begin([1, 2, 3], Harness.Seeded(1), change: request => request with { Choices = 5 });
        var waiting = batcher.Begin([4, 5], Harness.Greedy, 1).Sink;
        decode.Release(4);
        await Harness.Until(() => sink.Total == 12);
        handle.Cancel();
        decode.Release(1);
        await sink.Ended();
        Assert.All(Enumerable.Range(0, 5), choice => Assert.Equal(FinishReason.Cancelled, sink.Reason(choice)));
        Assert.InRange(sink.Total, 12, 15);

        decode.Release(10);
        Assert.Equal(1, (await waiting.Ended()).Total);
        Assert.Equal((0, 0), (batcher.Report().Running, batcher.Report().Waiting));
    }

    [Fact]
    public async Task A_generation_cancelled_at_once_never_starts()
    {
        using var gate = new ManualResetEventSlim();
        model.OnDecode = _ =>
        {
            gate.Wait(Harness.Patience);
            return Engine.DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(256, 1, 256));
        var first = batcher.Begin([1, 2, 3], Harness.Greedy, 5).Sink;
        var (second, handle) = batcher.Begin([4, 5, 6], Harness.Greedy, 5);
        handle.Cancel();
        gate.Set();
        await first.Ended();
        await second.Ended();
        Assert.Equal((FinishReason.Cancelled, null), (second.Reason(), second.Begun));
    }
}
