using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Draining;

public class DrainTests
{
    [Fact]
    public async Task What_runs_goes_on_to_its_end_while_what_is_new_is_sent_elsewhere()
    {
        await using var gateway = await GatewayHost.Start(drain: TimeSpan.FromSeconds(30));
        var (stream, run) = await Begun(gateway);
        var stopped = gateway.Stop();
        using var refused = await Refused(gateway);
        Assert.Equal((503, "gateway_stopping", "1"), ((int)refused.StatusCode, (await refused.Error()).Code, refused.Header("Retry-After")));
        Assert.True(refused.Headers.ConnectionClose);
        Assert.False(stopped.IsCompleted);

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b"], FinishReason.Stop));
        Assert.Equal("data: [DONE]", (await stream.Rest())[^1]);
        Assert.Equal(Outcome.Completed, (await gateway.Ledger.Next()).Outcome);
        await stopped.WaitAsync(GatewayHost.Soon);
    }

    [Fact]
    public async Task A_stream_that_is_not_done_in_time_stays_with_its_worker_and_its_client_is_told()
    {
        await using var gateway = await GatewayHost.Start();
        var (stream, _) = await Begun(gateway);
        var stopped = gateway.Stop();
        Assert.Contains("gateway_stopping", (await stream.Rest())[^1], StringComparison.Ordinal);
        await stopped.WaitAsync(GatewayHost.Soon);
        Assert.False(gateway.Worker.HasCommands);
        Assert.Empty(gateway.Grains.Pool.Released);
        Assert.True(gateway.Ledger.IsEmpty);
    }

    [Fact]
    public async Task An_answer_that_is_no_stream_can_not_be_continued_and_ends()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        var stopped = gateway.Stop();
        await gateway.Worker.Next<CancelRun>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, [], FinishReason.Cancelled));
        using var response = await asked;
        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal((Outcome.Failed, "gateway_stopping"), await gateway.Ledger.Next() is var recorded ? (recorded.Outcome, recorded.Reason) : default);
        await stopped.WaitAsync(GatewayHost.Soon);
    }

    /// <summary>The first refusal: until then the word to stop has not gone round.</summary>
    private static async Task<HttpResponseMessage> Refused(GatewayHost gateway)
    {
        while (true)
        {
            using var patience = new CancellationTokenSource(GatewayHost.Soon);
            var response = await gateway.Post("/v1/chat/completions", "{}", patience.Token);
            if ((int)response.StatusCode == 503) return response;
            response.Dispose();
        }
    }

    private static async Task<(EventStream Stream, RunChat Run)> Begun(GatewayHost gateway)
    {
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        var events = new EventStream(await asked);
        Assert.Equal("a", await events.Text());
        return (events, run);
    }
}
