using System.Text.Json;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Responses;

public class ResponseStreamTests
{
    private const string Body = $$"""{"model":"{{GatewayHost.Model}}","input":"Hello","stream":true,"store":false}""";

    [Fact]
    public async Task A_worker_that_fails_after_the_first_event_fails_the_response()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/responses", Body);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["One", " two"]));
        using var response = await asked;
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.Engine, from: 2));
        var events = Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.failed"],
            events.Select(one => one.Name));
        var failed = events[^1].Data.GetProperty("response");
        Assert.Equal(("failed", "server_error", "incomplete"), (failed.GetProperty("status").GetString(), failed.GetProperty("error").GetProperty("code").GetString(), failed.GetProperty("output")[0].GetProperty("status").GetString()));
        Assert.Equal((Outcome.Failed, "response"), ((await gateway.Ledger.Next()) is var recorded ? recorded.Outcome : default, recorded.Figures.Kind));
    }

    [Fact]
    public async Task A_worker_that_refuses_before_the_first_event_is_a_plain_status()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/responses", Body);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.InvalidRequest, "context_length_exceeded"));
        using var response = await asked;
        Assert.Equal((400, "context_length_exceeded"), ((int)response.StatusCode, (await response.Error()).Code));
    }

    [Fact]
    public async Task What_is_not_to_be_stored_leaves_no_content_in_the_ledger()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/responses", Body);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.StartsWith("resp_", run.GenerationId, StringComparison.Ordinal);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["One"], FinishReason.Stop));
        using var response = await asked;
        Assert.Equal("response.completed", Parse(await response.Content.ReadAsStringAsync())[^1].Name);
        Assert.Null((await gateway.Ledger.Next()).Content);
    }

    /// <summary>The generation is recorded before its client hears of its end.</summary>
    [Fact]
    public async Task The_last_event_waits_for_the_ledger()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Ledger.Gate = new TaskCompletionSource();
        var asked = gateway.Post("/v1/responses", Body.Replace("\"stream\":true", "\"stream\":false", StringComparison.Ordinal));
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["One"], FinishReason.Stop));
        await gateway.Ledger.Next();
        Assert.False(asked.IsCompleted);
        gateway.Ledger.Gate.SetResult();
        using var response = await asked;
        var answer = await response.Json();
        Assert.Equal(("One", 12, 1), (
            answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString(), answer.GetProperty("usage").GetProperty("input_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        Assert.Equal(4, answer.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    private static List<(string Name, JsonElement Data)> Parse(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part[0] != ':').Select(part => part.Split('\n')).Select(lines => (lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement))];
}
