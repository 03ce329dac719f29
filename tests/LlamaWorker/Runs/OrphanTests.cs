using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.LlamaWorker.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

/// <summary>What a worker does about a gateway that is gone.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task What_was_made_up_to_the_grace_is_recorded_as_the_gateway_would_have()
    {
        await using var worker = await WorkerRig.Start();
        var run = Endless();
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 3);
        worker.Gone[WorkerRig.Gateway] = true;
        var finished = await UntilRecorded(worker);
        var (figures, received) = (finished.Figures, new Received(worker.FramesOf(run)));
        Assert.Equal((Outcome.Cancelled, "gateway_lost"), (finished.Outcome, finished.Reason));
        Assert.Equal((run.GenerationId, "key_1", 1, "worker-1"), (figures.GenerationId, figures.KeyId, figures.Runs, figures.Worker));
        Assert.Equal((received.Started!.PromptTokens, received.Tokens().Length), (figures.PromptTokens, figures.CompletionTokens));
        Assert.Equal(["cancelled"], figures.FinishReasons);
        Assert.Equal(figures.PromptTokens + (2 * figures.CompletionTokens), figures.CostMicros);
        Assert.Equal(("{}", received.Text()), (finished.Content!.Request, finished.Content.Choices[0].Text));
        Assert.Equal(received.Tokens(), finished.Content.Choices[0].Tokens);
        Assert.Equal(0, worker.Models.Find(WorkerRig.Slow)!.Batcher.Report().Running);
    }

    [Fact]
    public async Task A_generation_that_ended_before_its_gateway_could_record_it_is_recorded_as_completed()
    {
        await using var worker = await WorkerRig.Start();
        var run = Recorded(WorkerRig.Run());
        await worker.Accept(run);
        worker.Gone[WorkerRig.Gateway] = true;
        worker.Clock.Move(RunTable.Quiet + TimeSpan.FromSeconds(1));
        var finished = await UntilRecorded(worker);
        Assert.Equal((Outcome.Completed, null, false), (finished.Outcome, finished.Reason, finished.Unstored));
        Assert.Equal(new Received(worker.FramesOf(run)).Tokens().Length, finished.Figures.CompletionTokens);
    }

    [Theory]
    [InlineData(20, 512, true)]
    [InlineData(20, 10, false)]
    public async Task What_its_gateway_would_have_stored_is_marked_where_it_is_whole(int maxTokens, int allowance, bool whole)
    {
        await using var worker = await WorkerRig.Start();
        var run = Recorded(WorkerRig.Run(maxTokens: maxTokens)) with { Allowance = allowance, Sampling = new() { Seed = 1, Temperature = 0 } };
        run = run with { Record = run.Record! with { Store = true } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => new Received(worker.FramesOf(run)).Tokens().Length == Math.Min(maxTokens, allowance));
        worker.Gone[WorkerRig.Gateway] = true;
        worker.Clock.Move(RunTable.Quiet + TimeSpan.FromSeconds(1));
        Assert.Equal(whole, (await UntilRecorded(worker)).Unstored);
    }

    [Fact]
    public async Task A_run_that_waits_for_allowance_finds_out_that_its_gateway_is_gone()
    {
        await using var worker = await WorkerRig.Start();
        var run = Recorded(WorkerRig.Run(maxTokens: 500)) with { Allowance = 10, Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => new Received(worker.FramesOf(run)).Tokens().Length == 10);
        worker.Gone[WorkerRig.Gateway] = true;
        worker.Clock.Move(RunTable.Quiet + TimeSpan.FromSeconds(1));
        Assert.Equal(10, (await UntilRecorded(worker)).Figures.CompletionTokens);
    }

    [Fact]
    public async Task The_tokens_and_the_prompt_of_earlier_runs_count_once()
    {
        await using var worker = await WorkerRig.Start();
        var whole = (await worker.Accept(WorkerRig.Run())).Tokens();
        var run = Recorded(WorkerRig.Run()) with { Run = 2, SoFar = [whole[..10]] };
        run = run with { Record = run.Record! with { Figures = run.Record.Figures with { PromptTokens = 5, CachedTokens = 3, FirstTokenMs = 7 } } };
        await worker.Accept(run);
        worker.Gone[WorkerRig.Gateway] = true;
        worker.Clock.Move(RunTable.Quiet + TimeSpan.FromSeconds(1));
        var figures = (await UntilRecorded(worker)).Figures;
        Assert.Equal((5, 3, 7, 2, whole.Length), (figures.PromptTokens, figures.CachedTokens, figures.FirstTokenMs, figures.Runs, figures.CompletionTokens));
        Assert.Equal(whole, worker.Ledger.All[0].Content!.Choices[0].Tokens);
    }

    [Fact]
    public async Task Content_that_is_not_to_be_kept_is_not_recorded()
    {
        await using var worker = await WorkerRig.Start();
        var run = Recorded(WorkerRig.Run());
        await worker.Accept(run with { Record = run.Record! with { KeepContent = false } });
        worker.Gone[WorkerRig.Gateway] = true;
        worker.Clock.Move(RunTable.Quiet + TimeSpan.FromSeconds(1));
        Assert.Null((await UntilRecorded(worker)).Content);
    }

    [Fact]
    public async Task A_run_that_was_closed_or_whose_gateway_lives_is_not_recorded()
    {
        await using var worker = await WorkerRig.Start();
        var (closed, open) = (Recorded(WorkerRig.Run()), Recorded(WorkerRig.Run()));
        await worker.Accept(closed);
        await worker.Accept(open);
        worker.Runs.Close(new CloseRun(closed.GenerationId, 1));
        worker.Clock.Move(RunTable.Kept + TimeSpan.FromSeconds(1));
        worker.Runs.Sweep();
        await worker.Runs.Clear();
        Assert.Empty(worker.Ledger.All);
    }

    [Fact]
    public async Task A_gateway_that_comes_back_after_that_is_told_that_the_generation_is_not_its_own_any_more()
    {
        await using var worker = await WorkerRig.Start();
        var run = Endless();
        await worker.Runs.Accept(run);
        worker.Gone[WorkerRig.Gateway] = true;
        await UntilRecorded(worker);
        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, "again", [3]));
        Assert.Equal(RunErrorKind.NotYours, worker.FramesOf(run, "again").Single().Error!.Kind);
        await worker.Runs.Accept(run with { Run = 2, ReplyTo = "elsewhere" });
        Assert.Equal(RunErrorKind.NotYours, worker.FramesOf(run with { Run = 2 }, "elsewhere").Single().Error!.Kind);
    }

    [Fact]
    public async Task Another_gateway_can_take_the_generation_over_and_the_one_that_had_it_is_told()
    {
        await using var worker = await WorkerRig.Start();
        var run = Recorded(WorkerRig.Run(WorkerRig.Slow, maxTokens: 60)) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 2);
        await worker.Runs.Adopt(new AdoptRun(run.GenerationId, run.ProjectId, "other"));
        var received = await worker.Finish(run, "other");
        Assert.Equal((run.Conversation, "key_1", "{}", 1), received.Frames[0].Adopted is { } adopted ? (adopted.Conversation, adopted.Record!.Figures.KeyId, adopted.Record.Request, adopted.Run) : default);
        Assert.Equal((60, 0), (received.Tokens().Length, received.Frames.First(frame => frame.Tokens.Length > 0).From));
        Assert.NotNull(received.Started);
        Assert.Equal(RunErrorKind.NotYours, worker.FramesOf(run)[^1].Error?.Kind);

        await worker.Runs.Attach(new AttachRun(run.GenerationId, 1, WorkerRig.Gateway, [0]));
        Assert.Equal(2, worker.FramesOf(run).Count(frame => frame.Error is not null));
    }

    [Fact]
    public async Task Nobody_takes_over_what_another_project_asked_for()
    {
        await using var worker = await WorkerRig.Start();
        var run = Endless();
        await worker.Runs.Accept(run);
        await worker.Runs.Adopt(new AdoptRun(run.GenerationId, "another", "other"));
        Assert.Equal("run_unknown", worker.FramesOf(run with { Run = 0 }, "other").Single().Error!.Code);
    }

    [Fact]
    public async Task A_worker_that_stops_records_what_it_hands_over_to_nobody()
    {
        await using var worker = await WorkerRig.Start();
        var run = Endless();
        await worker.Runs.Accept(run);
        await Eventually.Holds(() => worker.FramesOf(run).Count > 3);
        worker.Gone[WorkerRig.Gateway] = true;
        using var patience = new CancellationTokenSource();
        var drained = worker.Runs.Drain(patience.Token);
        await patience.CancelAsync();
        await drained;
        await worker.Runs.Clear();
        Assert.Equal(Outcome.Cancelled, worker.Ledger.All.Single().Outcome);
    }

    private static RunChat Endless() => Recorded(WorkerRig.Run(WorkerRig.Slow, maxTokens: 2000)) with { Sampling = new() { Seed = 1, Temperature = 0 } };

    private static RunChat Recorded(RunChat run) => run with
    {
        Record = new RunRecord(
            new GenerationFigures
            {
                GenerationId = run.GenerationId, Kind = "chat", ProjectId = run.ProjectId, KeyId = "key_1", Model = run.Model, RequestedModel = run.Model,
                StartedAt = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), FinishedAt = default,
            },
            KeepContent: true, "{}"),
    };

    private static async Task<GenerationFinished> UntilRecorded(WorkerRig worker)
    {
        await Eventually.Holds(() =>
        {
            worker.Clock.Move(TimeSpan.FromSeconds(1));
            worker.Runs.Sweep();
            return worker.Ledger.All.Count > 0;
        });
        return worker.Ledger.All.Single();
    }
}
