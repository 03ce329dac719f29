using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Pools;

namespace Platform.Gateway.Tests.Generations;

public class DisconnectTests
{
    [Fact]
    public async Task A_client_that_leaves_ends_the_run_and_pays_for_what_was_made()
    {
        await using var gateway = await GatewayHost.Start();
        var response = await Begun(gateway);
        var run = response.Run;
        response.Http.Dispose();
        Assert.Equal(run.GenerationId, (await gateway.Worker.Next<CancelRun>()).GenerationId);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b", "c"], FinishReason.Cancelled));

        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Cancelled, "client_disconnected"), (recorded.Outcome, recorded.Reason));
        Assert.Equal((12, 3), (recorded.Figures.PromptTokens, recorded.Figures.CompletionTokens));
        Assert.Equal(["cancelled"], recorded.Figures.FinishReasons);
        Assert.Equal("abc", recorded.Content!.Choices[0].Text);
        await gateway.Worker.Next<CloseRun>();
        Assert.Equal([$"{run.GenerationId}/1"], gateway.Grains.Pool.Released);
        Assert.Equal((15, false), gateway.Grains.Quota.Settled.Last());
    }

    [Fact]
    public async Task A_worker_that_says_nothing_more_does_not_keep_the_bill_open()
    {
        await using var gateway = await GatewayHost.Start();
        var response = await Begun(gateway);
        response.Http.Dispose();
        await gateway.Worker.Next<CancelRun>();
        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Cancelled, 1), (recorded.Outcome, recorded.Figures.CompletionTokens));
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_is_just_taken_out()
    {
        await using var gateway = await GatewayHost.Start();
        for (var i = 0; i < 1_000_000; i++) gateway.Grains.Pool.Answers.Enqueue(new TicketAnswer(TicketState.Waiting, null, 1, 0));
        using var leaving = new CancellationTokenSource();
        using (await gateway.Chat(""" "stream":true """, leaving.Token))
        {
            Assert.Empty(gateway.Grains.Pool.Released);
        }

        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        while (gateway.Grains.Pool.Released.IsEmpty) await Task.Delay(10, patience.Token);
        Assert.Single(gateway.Grains.Pool.Released);
        while (gateway.Grains.Quota.Settled.IsEmpty) await Task.Delay(10, patience.Token);
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Single());
        Assert.True(gateway.Ledger.IsEmpty);
        Assert.False(gateway.Worker.HasCommands);
    }

    private static async Task<(HttpResponseMessage Http, RunChat Run)> Begun(GatewayHost gateway)
    {
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        var http = await asked;
        Assert.Equal(200, (int)http.StatusCode);
        return (http, run);
    }
}
