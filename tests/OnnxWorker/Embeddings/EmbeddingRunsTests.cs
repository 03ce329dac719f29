using System.Runtime.InteropServices;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.OnnxWorker.Embeddings;

namespace Platform.OnnxWorker.Tests.Embeddings;

public sealed class EmbeddingRunsTests
{
    [Fact]
    public async Task A_run_is_answered_with_its_vectors_and_tokens()
    {
        await using var worker = await WorkerRig.Start();
        var answer = await worker.Answer(WorkerRig.Run("The cat sits on the mat.", "a"));
        Assert.Null(answer.Error);
        Assert.Equal((9 + 3, 384, 0, 2 * 384 * 4, "worker-1"), (answer.PromptTokens, answer.Dimensions, answer.From, answer.Vectors.Length, answer.Worker));
    }

    [Fact]
    public async Task Token_lists_with_or_without_their_marks_are_their_text()
    {
        await using var worker = await WorkerRig.Start();
        var text = await worker.Answer(WorkerRig.Run("The cat sits on the mat."));
        var tokens = await worker.Answer(WorkerRig.Run() with { Tokens = [[101, 1996, 4937, 7719, 2006, 1996, 13523, 1012, 102], [1996, 4937, 7719, 2006, 1996, 13523, 1012]] });
        Assert.Equal([.. text.Vectors, .. text.Vectors], tokens.Vectors);
        Assert.Equal(18, tokens.PromptTokens);
    }

    [Fact]
    public async Task An_input_that_is_too_long_is_refused_or_cut_as_asked()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run("a", string.Concat(Enumerable.Repeat("word ", 400)));
        var refused = await worker.Answer(run);
        Assert.Equal((RunErrorKind.InvalidRequest, "context_length_exceeded", "input[1]"), (refused.Error!.Kind, refused.Error.Code, refused.Error.Param));
        Assert.Contains("256 tokens, however you requested 402 tokens", refused.Error.Message, StringComparison.Ordinal);
        Assert.Equal(3 + 256, (await worker.Answer(run with { Run = 2, Truncate = true })).PromptTokens);
    }

    [Fact]
    public async Task A_text_that_is_far_too_long_is_not_counted_to_its_end()
    {
        await using var worker = await WorkerRig.Start();
        var refused = await worker.Answer(WorkerRig.Run(string.Concat(Enumerable.Repeat(new string('q', 99) + " ", 1000))));
        Assert.Contains("however you requested at least 16384 tokens", refused.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(30_522)]
    public async Task A_token_the_model_does_not_have_is_refused(int token)
    {
        await using var worker = await WorkerRig.Start();
        var refused = await worker.Answer(WorkerRig.Run() with { Tokens = [[1], [2, token]], Names = ["input[0]", "input[1]"] });
        Assert.Equal((RunErrorKind.InvalidRequest, "invalid_value", "input[1]"), (refused.Error!.Kind, refused.Error.Code, refused.Error.Param));
    }

    [Fact]
    public async Task More_tokens_than_a_request_may_have_are_refused_with_the_counts()
    {
        await using var worker = await WorkerRig.Start();
        var refused = await worker.Answer(WorkerRig.Run("a", "b", "c") with { MaxTokens = 8 });
        Assert.Equal(("max_tokens_per_request", "Requested 9 tokens, max 8 tokens per request"), (refused.Error!.Code, refused.Error.Message));
    }

    [Fact]
    public async Task Another_worker_may_do_what_this_one_cannot()
    {
        await using var worker = await WorkerRig.Start();
        Assert.Equal((RunErrorKind.WorkerUnavailable, "model_not_loaded"), (await worker.Answer(WorkerRig.Run("a") with { Model = "another" })).Error is { } missing ? (missing.Kind, missing.Code) : default);
        await worker.Runs.Drain(CancellationToken.None);
        Assert.Equal((RunErrorKind.WorkerUnavailable, "worker_stopping"), (await worker.Answer(WorkerRig.Run("a"))).Error is { } stopping ? (stopping.Kind, stopping.Code) : default);
    }

    [Fact]
    public async Task A_run_that_comes_again_while_it_is_at_work_is_answered_once()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run([.. Enumerable.Repeat("a sentence of some words that takes its time", 200)]);
        worker.Runs.Accept(run);
        worker.Runs.Accept(run);
        Assert.Equal([run.GenerationId], worker.Runs.RunningOn(WorkerRig.Model));
        await worker.Next();
        await Eventually.Holds(() => worker.Runs.RunningOn(WorkerRig.Model).Count == 0);
        Assert.Equal(3, (await worker.Answer(WorkerRig.Run("a"))).PromptTokens); // the next answer is another run's
    }

    [Fact]
    public async Task A_cancelled_run_ends_without_an_answer_and_one_past_its_deadline_does_not_begin()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run([.. Enumerable.Repeat("a sentence of some words that takes its time", 2000)]);
        worker.Runs.Accept(run);
        worker.Runs.Cancel(new CancelRun(run.GenerationId, 1));
        worker.Runs.Accept(WorkerRig.Run("late") with { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) });
        await Eventually.Holds(() => worker.Runs.RunningOn(WorkerRig.Model).Count == 0);
        Assert.Equal(3, (await worker.Answer(WorkerRig.Run("a"))).PromptTokens);
    }

    [Fact]
    public async Task A_gateway_that_is_gone_does_no_harm()
    {
        await using var worker = await WorkerRig.Start();
        worker.Gone["nobody"] = true;
        worker.Runs.Accept(WorkerRig.Run("a") with { ReplyTo = "nobody" });
        await Eventually.Holds(() => worker.Runs.RunningOn(WorkerRig.Model).Count == 0);
        Assert.Null((await worker.Answer(WorkerRig.Run("a"))).Error);
    }

    [Fact]
    public void A_big_answer_comes_in_parts_that_join()
    {
        var vectors = Enumerable.Range(0, 3000 * 384).Select(i => (float)i).ToArray();
        var parts = VectorParts.Of(new EmbeddingAnswer { GenerationId = "g", Run = 1, Worker = "w", Dimensions = 384 }, vectors);
        Assert.True(parts.Count > 1);
        Assert.All(parts, part => Assert.InRange(part.Vectors.Length, 1, 2 * 1024 * 1024));
        Assert.Equal(vectors, parts.SelectMany(part => MemoryMarshal.Cast<byte, float>(part.Vectors).ToArray()));
        Assert.Equal(parts.Select(part => part.From), parts.Select((_, i) => parts.Take(i).Sum(before => before.Vectors.Length / (384 * 4))));
    }
}
