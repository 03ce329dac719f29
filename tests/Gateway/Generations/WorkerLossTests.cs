using System.Text.Json;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Generations;

public class WorkerLossTests
{
    [Fact]
    public async Task Frames_that_came_before_are_dropped()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "b"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "b"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b", "c"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 2, ["c", "d"], FinishReason.Stop));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 3, ["d"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        Assert.Equal(["a", "b", "c", "d"], await stream.Texts(4));
        var recorded = await gateway.Ledger.Next();
        Assert.Equal(4, recorded.Figures.CompletionTokens);
        Assert.Equal([0, 1, 2, 3], recorded.Content!.Choices[0].Tokens);
    }

    [Fact]
    public async Task What_is_missing_is_asked_for_once()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 2, ["c"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 3, ["d"], FinishReason.Stop));
        var attach = await gateway.Worker.Next<AttachRun>();
        Assert.Equal((run.GenerationId, 1, run.ReplyTo), (attach.GenerationId, attach.Run, attach.ReplyTo));
        Assert.Equal([1], attach.From);
        Assert.False(gateway.Worker.HasCommands);

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b", "c", "d"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        Assert.Equal(["a", "b", "c", "d"], await stream.Texts(4));
    }

    [Fact]
    public async Task The_state_of_mirostat_goes_on_with_the_tokens()
    {
        await using var gateway = await GatewayHost.Start();
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var asked = gateway.Chat(""" "stream":true,"mirostat":2,"mirostat_tau":4 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal((new Mirostat(2, 4, 0.1f), 0), (run.Sampling.Extras!.Mirostat, run.Mus.Count));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "b"]) with { Mu = 7.5f });
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable, from: 2));
        var again = await second.Next<RunChat>();
        Assert.Equal((2, 7.5f), (again.SoFar[0].Length, again.Mus[0]));
        await second.Send(again, second.Tokens(again, 2, ["c"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        Assert.Equal(["a", "b", "c"], await stream.Texts(3));
    }

    [Fact]
    public async Task Log_probabilities_go_on_with_the_tokens()
    {
        await using var gateway = await GatewayHost.Start();
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var asked = gateway.Chat(""" "stream":true,"logprobs":true,"top_logprobs":1 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Empty(run.Logprobs);
        TokenLogprob?[] logprobs = [new(-0.5f, [97], [new(-0.25f, [98])]), new(-1, [98], []), null];
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "b", ""]) with { Logprobs = logprobs });
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable, from: 3));
        var again = await second.Next<RunChat>();
        Assert.Equal(JsonSerializer.Serialize(logprobs), JsonSerializer.Serialize(Assert.Single(again.Logprobs)));
        await second.Send(again, second.Tokens(again, 3, ["c"], FinishReason.Stop) with { Logprobs = [new(-2, [99], [])] });
        await using var stream = new EventStream(await asked);
        Assert.Equal(["a", "b", "c"], await stream.Texts(3));
    }

    [Fact]
    public async Task A_first_frame_that_was_lost_is_asked_for_so_that_the_prompt_is_billed()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]) with { Started = null });
        Assert.Equal(0, Assert.Single((await gateway.Worker.Next<AttachRun>()).From));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        (await asked).Dispose();
        Assert.Equal(12, (await gateway.Ledger.Next()).Figures.PromptTokens);
    }

    [Fact]
    public async Task A_worker_that_gives_up_is_replaced_and_the_client_sees_one_stream()
    {
        await using var gateway = await GatewayHost.Start();
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var asked = gateway.Chat(""" "stream":true,"seed":7 """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "b"]));
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable, from: 2));

        var again = await second.Next<RunChat>();
        Assert.Equal((run.GenerationId, 2, 7L), (again.GenerationId, again.Run, again.Sampling.Seed));
        Assert.Equal([0, 1], Assert.Single(again.SoFar));
        Assert.Equal("w1", gateway.Grains.Pool.Taken.Last().Avoid);
        Assert.Equal(1, (await gateway.Worker.Next<CloseRun>()).Run);

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 2, ["late"]));
        await second.Send(again, second.Tokens(again, 2, ["c"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        Assert.Equal(["a", "b", "c"], await stream.Texts(3));
        Assert.Equal("data: [DONE]", (await stream.Rest())[^1]);
        var figures = (await gateway.Ledger.Next()).Figures;
        Assert.Equal((2, "w2", 3), (figures.Runs, figures.Worker, figures.CompletionTokens));
        Assert.Equal([$"{run.GenerationId}/1", $"{run.GenerationId}/2"], gateway.Grains.Pool.Released);
    }

    [Fact]
    public async Task A_generation_that_lost_its_worker_waits_for_another_to_come()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        gateway.Grains.Pool.Answers.Enqueue(new(Grains.Pools.TicketState.NoWorker, null, 0, 0));
        gateway.Grains.Pool.Answers.Enqueue(new(Grains.Pools.TicketState.QueueFull, null, 0, 1000));
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable));
        await gateway.Worker.Next<CloseRun>();
        var again = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(again, gateway.Worker.Tokens(again, 0, ["a"], FinishReason.Stop));
        using var response = await asked;
        Assert.Equal((200, 2), ((int)response.StatusCode, again.Run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_generation_that_takes_too_long_is_ended_and_recorded(bool begun)
    {
        await using var gateway = await GatewayHost.Start(timeout: TimeSpan.FromSeconds(2));
        var asked = gateway.Chat($"\"stream\":{(begun ? "true" : "false")}");
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        Assert.Equal(1, (await gateway.Worker.Next<CancelRun>()).Run);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, [], FinishReason.Cancelled));
        using var response = await asked;
        Assert.Equal(begun ? 200 : 504, (int)response.StatusCode);
        Assert.Contains("\"code\":\"timeout\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Failed, "timeout", 1), (recorded.Outcome, recorded.Reason, recorded.Figures.CompletionTokens));
    }

    [Fact]
    public async Task A_worker_without_a_queue_is_replaced()
    {
        await using var gateway = await GatewayHost.Start();
        await gateway.Worker.Stop();
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var asked = gateway.Chat();
        var run = await second.Next<RunChat>();
        Assert.Equal(2, run.Run);
        await second.Send(run, second.Tokens(run, 0, ["a"], FinishReason.Stop));
        using var response = await asked;
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_silent_worker_is_asked_and_replaced_once_nobody_knows_it()
    {
        await using var gateway = await GatewayHost.Start(silence: TimeSpan.FromMilliseconds(100));
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        int[] asksFrom;
        do
        {
            await gateway.Worker.Next<AllowRun>();
            asksFrom = (await gateway.Worker.Next<AttachRun>()).From;
        }
        while (asksFrom is not [1]); // it may have been silent before the token too

        gateway.Grains.Pool.Workers = ["w2"];

        var again = await second.Next<RunChat>();
        Assert.Equal([0], Assert.Single(again.SoFar));
        await second.Send(again, second.Tokens(again, 1, ["b"], FinishReason.Stop));
        using var response = await asked;
        Assert.Contains("\"content\":\"ab\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_worker_that_still_reports_keeps_the_run()
    {
        await using var gateway = await GatewayHost.Start(silence: TimeSpan.FromMilliseconds(50));
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        for (var i = 0; i < 4; i++)
        {
            await gateway.Worker.Next<AllowRun>();
            await gateway.Worker.Next<AttachRun>();
        }

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        using var response = await asked;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(1, (await gateway.Ledger.Next()).Figures.Runs);
    }

    [Fact]
    public async Task What_the_request_is_to_blame_for_is_a_400_and_not_recorded()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.InvalidRequest, "context_length_exceeded"));
        using var response = await asked;
        Assert.Equal(400, (int)response.StatusCode);
        var error = await response.Error();
        Assert.Equal(("invalid_request_error", "messages", "context_length_exceeded"), (error.Type, error.Param, error.Code));
        await gateway.Worker.Next<CloseRun>();
        Assert.True(gateway.Ledger.IsEmpty);
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Last());
    }

    [Fact]
    public async Task What_the_engine_is_to_blame_for_is_a_500_or_an_error_in_the_stream()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.Engine));
        using (var response = await asked)
        {
            Assert.Equal((500, "server_error"), ((int)response.StatusCode, (await response.Error()).Type));
        }

        await gateway.Worker.Next<CloseRun>();
        asked = gateway.Chat(""" "stream":true """);
        run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        await using var stream = new EventStream(await asked);
        Assert.Equal("a", await stream.Text());
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.Engine, from: 1));
        Assert.Contains("The worker said so.", (await stream.Chunk()).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Null(await stream.Line());
        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Failed, 1, 12), (recorded.Outcome, recorded.Figures.CompletionTokens, recorded.Figures.PromptTokens));
    }
}
