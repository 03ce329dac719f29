using System.Text;
using Platform.Contracts.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

public sealed class FrameTests
{
    [Fact]
    public async Task The_first_frame_tells_what_was_found_and_brings_one_token_at_once()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow);
        var first = (await worker.Accept(run)).Frames[0];
        Assert.Equal(new RunStarted("worker-1", first.Started!.PromptTokens, 0, 2048), first.Started);
        Assert.InRange(first.Started.PromptTokens, "What is gravity?".Length, 100);
        Assert.Single(first.Tokens);
    }

    [Fact]
    public async Task Frames_follow_one_another_hold_at_most_32_tokens_and_end_with_the_reason()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 500) with { Choices = 3, Sampling = new() { Seed = 3 } };
        var received = await worker.Accept(run);
        for (var choice = 0; choice < 3; choice++)
        {
            var at = 0;
            foreach (var frame in received.Of(choice))
            {
                Assert.Equal(at, frame.From);
                Assert.InRange(frame.Tokens.Length, 0, 32);
                Assert.Equal(frame.Tokens.Length, frame.TextEnds.Length);
                Assert.Equal(frame.Tokens.Length, frame.Micros.Length);
                Assert.Equal(frame.Text.Length, frame.TextEnds.LastOrDefault());
                at += frame.Tokens.Length;
            }

            Assert.Equal(1, received.Of(choice).Count(frame => frame.Finish is not null));
            Assert.NotNull(received.Finish(choice));
            Assert.All(received.Micros(choice), micros => Assert.InRange(micros, 0, 10_000_000));
        }

        Assert.Single(received.Frames, frame => frame.Started is not null);
    }

    [Fact]
    public async Task Max_tokens_end_a_choice_with_length()
    {
        await using var worker = await WorkerRig.Start();
        var received = await worker.Accept(WorkerRig.Run(maxTokens: 3) with { Sampling = new() { Seed = 1, Temperature = 0 } });
        Assert.Equal((3, FinishReason.Length), (received.Tokens().Length, received.Finish()));
    }

    [Fact]
    public async Task A_stop_string_never_reaches_the_gateway_not_even_in_part()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 400);
        var whole = (await worker.Accept(run)).Text();
        var stop = whole[(whole.Length / 2)..(whole.Length / 2 + 4)];
        var stopped = await worker.Accept(run with { GenerationId = "stopped", Stop = [stop] });
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], stopped.Text());
        Assert.Equal(FinishReason.Stop, stopped.Finish());
    }

    [Fact]
    public async Task Text_held_back_for_a_stop_string_belongs_to_the_last_token_when_the_run_ends_before_it()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 12);
        var whole = (await worker.Accept(run)).Text();
        var received = await worker.Accept(run with { GenerationId = "held", Stop = [whole[^3..] + "\0never"] });
        Assert.Equal(whole, received.Text());
        Assert.All(received.Frames, frame => Assert.Equal(frame.Text.Length, frame.TextEnds.LastOrDefault()));
    }

    [Fact]
    public async Task The_gateway_can_attach_at_any_position_of_a_run_that_has_ended()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 100);
        var whole = await worker.Accept(run);
        foreach (var from in (int[])[0, 1, 17, whole.Tokens().Length])
        {
            await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, $"again-{from}", [from]));
            var again = await worker.Finish(run, $"again-{from}");
            Assert.Equal(from, again.Frames[0].From);
            Assert.Equal(whole.Started, again.Started);
            Assert.Equal(whole.Tokens()[from..], again.Tokens());
            Assert.EndsWith(again.Text(), whole.Text(), StringComparison.Ordinal);
            Assert.Equal(whole.Finish(), again.Finish());
        }
    }

    [Fact]
    public async Task Frames_follow_the_gateway_that_attached_last()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 60) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Fixtures.Eventually.Holds(() => worker.FramesOf(run).Count > 2);
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "other", [2]));
        var rest = await worker.Finish(run, "other");
        Assert.Equal(2, rest.Frames[0].From);
        Assert.DoesNotContain(worker.FramesOf(run), frame => frame.Finish is not null);
    }

    [Fact]
    public async Task A_run_goes_on_elsewhere_as_if_it_had_never_been_interrupted()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 120) with { Choices = 2, Stop = ["zzz"] };
        var whole = await worker.Accept(run);
        var (first, second) = (whole.Tokens(0), whole.Tokens(1));
        var continued = await worker.Accept(run with { GenerationId = "continued", Run = 2, SoFar = [first[..(first.Length / 2)], second[..1]] });
        Assert.Equal(first[(first.Length / 2)..], continued.Tokens(0));
        Assert.Equal(second[1..], continued.Tokens(1));
        Assert.Equal(first.Length / 2, continued.Of(0).First().From);
        Assert.EndsWith(continued.Text(0), whole.Text(0), StringComparison.Ordinal);
        Assert.Equal((whole.Finish(0), whole.Finish(1)), (continued.Finish(0), continued.Finish(1)));
    }

    [Fact]
    public async Task A_choice_whose_stop_string_an_earlier_run_completed_makes_no_more()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 50);
        var whole = await worker.Accept(run);
        var soFar = whole.Tokens()[..20];
        var text = Encoding.UTF8.GetString([.. whole.Frames.SelectMany(frame => frame.Text)]);
        var continued = await worker.Accept(run with { GenerationId = "continued", Run = 2, Stop = [text[5..8]], SoFar = [soFar] });
        Assert.Empty(continued.Tokens());
        Assert.Equal(FinishReason.Stop, continued.Finish());
    }

    [Fact]
    public async Task A_run_pauses_at_its_allowance_and_goes_on_when_it_is_raised()
    {
        await using var worker = await WorkerRig.Start();
        var greedy = WorkerRig.Run(maxTokens: 200) with { Sampling = new() { Seed = 1, Temperature = 0 }, Allowance = 10 };
        await worker.Runs.Accept(greedy);
        await Fixtures.Eventually.Holds(() => new Received(worker.FramesOf(greedy)).Tokens().Length == 10);
        worker.Runs.Allow(new AllowRun(greedy.GenerationId, 1, 25, Final: true));
        var received = await worker.Finish(greedy);
        Assert.Equal((25, FinishReason.Length), (received.Tokens().Length, received.Finish()));
    }
}
