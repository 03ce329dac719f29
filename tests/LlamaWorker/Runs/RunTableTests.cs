using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.LlamaWorker.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

public sealed class RunTableTests
{
    [Fact]
    public async Task A_run_that_comes_twice_runs_once()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run();
        await worker.Runs.Accept(run);
        await worker.Runs.Accept(run);
        await worker.Finish(run);
        await worker.Runs.Accept(run);
        var other = WorkerRig.Run();
        await worker.Accept(other);
        Assert.Single(worker.FramesOf(run), frame => frame.Finish is not null);
    }

    [Fact]
    public async Task A_higher_run_fences_off_the_lower()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 500) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        await worker.Accept(run with { Run = 2, MaxTokens = 10 });
        var sent = worker.FramesOf(run).Count;
        await worker.Runs.Accept(run);
        worker.Runs.Cancel(new CancelRun(run.GenerationId, 1));
        await Eventually.Holds(() => worker.Runs.RunningOn(worker.Models.Find(WorkerRig.Slow)!).Count == 0);
        Assert.Equal(sent, worker.FramesOf(run).Count);
    }

    [Fact]
    public async Task A_cancelled_run_says_what_it_had_made()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000) with { Choices = 2, Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 3);
        worker.Runs.Cancel(new CancelRun(run.GenerationId, 1));
        var received = await worker.Finish(run);
        Assert.Equal((FinishReason.Cancelled, FinishReason.Cancelled), (received.Finish(0), received.Finish(1)));
        Assert.InRange(received.Tokens().Length, 1, 1999);
    }

    [Fact]
    public async Task A_close_that_overtakes_its_run_leaves_no_zombie()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow);
        worker.Runs.Close(new CloseRun(run.GenerationId, 1));
        await worker.Runs.Accept(run);
        await worker.Accept(WorkerRig.Run());
        Assert.Empty(worker.FramesOf(run));
        Assert.Empty(worker.Runs.RunningOn(worker.Models.Find(WorkerRig.Slow)!));
        await worker.Accept(run with { Run = 2 });
    }

    [Fact]
    public async Task A_cancel_that_overtakes_its_run_ends_it()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000);
        worker.Runs.Cancel(new CancelRun(run.GenerationId, 1));
        Assert.Equal(FinishReason.Cancelled, (await worker.Accept(run)).Finish());
    }

    [Fact]
    public async Task A_closed_run_stops_and_is_forgotten()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        worker.Runs.Close(new CloseRun(run.GenerationId, 1));
        await Eventually.Holds(() => worker.Models.Find(WorkerRig.Slow)!.Batcher.Report().Running == 0);
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "again", [4]));
        Assert.Equal((RunErrorKind.WorkerUnavailable, "run_unknown", 4), worker.FramesOf(run, "again").Single() is var frame ? (frame.Error!.Kind, frame.Error.Code, frame.From) : default);
    }

    [Fact]
    public async Task A_finished_run_can_be_attached_for_a_minute()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run();
        await worker.Accept(run);
        worker.Clock.Move(RunTable.Kept - TimeSpan.FromSeconds(1));
        worker.Runs.Sweep();
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "in-time", [0]));
        Assert.NotNull((await worker.Finish(run, "in-time")).Finish());

        worker.Clock.Move(TimeSpan.FromSeconds(2));
        worker.Runs.Sweep();
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "late", [0]));
        Assert.Equal("run_unknown", (await worker.Finish(run, "late")).Error?.Code);
    }

    [Fact]
    public async Task A_run_whose_frames_nobody_takes_is_cancelled_after_the_grace()
    {
        await using var worker = await WorkerRig.Start();
        worker.Gone[WorkerRig.Gateway] = true;
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        worker.Clock.Move(RunTable.Grace - TimeSpan.FromSeconds(1));
        worker.Runs.Sweep();
        Assert.DoesNotContain(worker.FramesOf(run), frame => frame.Finish is not null);
        worker.Clock.Move(TimeSpan.FromSeconds(2));
        worker.Runs.Sweep();
        Assert.Equal(FinishReason.Cancelled, (await worker.Finish(run)).Finish());
    }

    [Fact]
    public async Task A_gateway_that_attaches_within_the_grace_keeps_the_run_alive()
    {
        await using var worker = await WorkerRig.Start();
        worker.Gone[WorkerRig.Gateway] = true;
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 100) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        worker.Clock.Move(RunTable.Grace);
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "other", [0]));
        worker.Clock.Move(RunTable.Grace);
        worker.Runs.Sweep();
        Assert.Equal((100, FinishReason.Length), await worker.Finish(run, "other") is var received ? (received.Tokens().Length, received.Finish()) : default);
    }

    [Fact]
    public async Task A_run_of_a_lower_band_takes_the_slot_of_a_higher_one_that_goes_on_with_the_same_tokens()
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram(WorkerRig.Slow, stepDelayMs: 5, slots: 1));
        var undisturbed = (await worker.Accept(WorkerRig.Run(WorkerRig.Slow, maxTokens: 300) with { Sampling = new() { Seed = 1, Temperature = 0 } })).Tokens();
        var patient = WorkerRig.Run(WorkerRig.Slow, maxTokens: 300) with { Sampling = new() { Seed = 1, Temperature = 0 }, Band = 2 };
        await worker.Runs.Accept(patient);
        await Eventually.Holds(() => worker.FramesOf(patient).Count > 0);
        var urgent = await worker.Accept(WorkerRig.Run(WorkerRig.Slow, maxTokens: 5) with { Band = 0 });
        Assert.NotEmpty(urgent.Tokens());
        Assert.DoesNotContain(worker.FramesOf(patient), frame => frame.Finish is not null);
        Assert.Equal(undisturbed, (await worker.Finish(patient)).Tokens());
    }

    [Theory]
    [InlineData("project", false)]
    [InlineData("all", true)]
    public async Task Projects_share_what_was_read_of_a_prompt_where_the_catalogue_says_so(string sharing, bool shared)
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram(WorkerRig.Model, cacheSharing: sharing));
        var prompt = new PlainPrompt(string.Concat(Enumerable.Repeat("the quick brown fox ", 20)));
        RunStarted Started(RunChat run) => worker.FramesOf(run).First(frame => frame.Started is not null).Started!;
        RunChat Of(string project) => WorkerRig.Run(maxTokens: 2) with { ProjectId = project, Conversation = null, Plain = prompt };
        RunChat[] runs = [Of("one"), Of("one"), Of("other")];
        foreach (var run in runs) await worker.Accept(run);
        Assert.Equal(0, Started(runs[0]).CachedTokens);
        Assert.Equal(Started(runs[1]).PromptTokens - 1, Started(runs[1]).CachedTokens);
        Assert.Equal(shared ? Started(runs[2]).PromptTokens - 1 : 0, Started(runs[2]).CachedTokens);
    }

    [Fact]
    public async Task A_run_past_its_deadline_is_cancelled_and_one_that_comes_late_does_not_start()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000) with { Deadline = worker.Clock.GetUtcNow().AddSeconds(10), Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        worker.Clock.Move(TimeSpan.FromSeconds(10));
        worker.Runs.Sweep();
        Assert.Equal(FinishReason.Cancelled, (await worker.Finish(run)).Finish());

        var late = run with { GenerationId = "late" };
        await worker.Runs.Accept(late);
        await worker.Accept(WorkerRig.Run());
        Assert.Empty(worker.FramesOf(late));
    }

    [Fact]
    public async Task A_model_that_is_not_here_is_another_workers()
    {
        await using var worker = await WorkerRig.Start();
        var error = (await worker.Accept(WorkerRig.Run("elsewhere"))).Error!;
        Assert.Equal((RunErrorKind.WorkerUnavailable, "model_not_loaded"), (error.Kind, error.Code));
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_with_the_counts()
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram(WorkerRig.Model, contextLength: 64));
        var error = (await worker.Accept(WorkerRig.Run() with { Conversation = new($$"""[{"role":"user","content":"{{new string('x', 500)}}"}]""") })).Error!;
        Assert.Equal((RunErrorKind.InvalidRequest, "context_length_exceeded"), (error.Kind, error.Code));
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draining_lets_runs_finish_and_takes_no_more()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 60) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        var drained = worker.Runs.Drain(CancellationToken.None);
        Assert.Equal("worker_stopping", (await worker.Accept(WorkerRig.Run())).Error?.Code);
        await drained;
        Assert.Equal(60, new Received(worker.FramesOf(run)).Tokens().Length);
    }

    [Fact]
    public async Task What_still_runs_when_the_drain_must_end_is_handed_back_to_its_owner()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 0);
        using var patience = new CancellationTokenSource();
        var drained = worker.Runs.Drain(patience.Token);
        await patience.CancelAsync();
        await drained;
        Assert.Equal((RunErrorKind.WorkerUnavailable, "worker_stopping"), worker.FramesOf(run).Single(frame => frame.Error is not null).Error is { } error ? (error.Kind, error.Code) : default);
    }
}
