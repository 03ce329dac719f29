using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Messages;

public class MessageStreamTests
{
    [Fact]
    public async Task A_worker_that_fails_after_the_first_event_ends_the_stream_with_an_error_event()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/messages", $$"""{"model":"{{GatewayHost.Model}}","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"Hello"}]}""");
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["One"]));
        using var response = await asked;
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.Engine, from: 1));
        var stream = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_", stream, StringComparison.Ordinal);
        Assert.Contains("\"usage\":{\"input_tokens\":8,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":4,", stream, StringComparison.Ordinal);
        Assert.Contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"The worker said so.\"}", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_and_an_unknown_place_are_told_in_Anthropics_envelope()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new Grains.Pools.TicketAnswer(Grains.Pools.TicketState.QueueFull, null, 192, 2_000));
        using var response = await gateway.Post("/v1/messages", $$"""{"model":"{{GatewayHost.Model}}","max_tokens":10,"messages":[{"role":"user","content":"Hello"}]}""");
        var error = await response.Json();
        Assert.Equal((429, "2", "rate_limit_error"), ((int)response.StatusCode, response.Header("retry-after"), error.GetProperty("error").GetProperty("type").GetString()));
        using var unknown = await gateway.Client.GetAsync("/v1/messages/none");
        Assert.Equal("not_found_error", (await unknown.Json()).GetProperty("error").GetProperty("type").GetString());
    }
}
