using System.Text.Json;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Chat;

public class ChatStreamTests
{
    [Fact]
    public async Task A_stream_is_a_role_then_one_chunk_per_token_then_the_finish_and_done()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true,"stream_options":{"include_usage":true} """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["Hel", "lo"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 2, ["", " 日本", "!"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        var lines = await stream.Rest();

        var chunks = lines.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement).ToList();
        Assert.Equal("data: [DONE]", lines[^1]);
        Assert.Equal(["""{"role":"assistant","content":"","refusal":null}""", """{"content":"Hel"}""", """{"content":"lo"}""", """{"content":" 日本"}""", """{"content":"!"}""", "{}"],
            chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta").GetRawText()));
        Assert.Equal([null, null, null, null, null, "stop"], chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64(), chunk.GetProperty("model").GetString())).Distinct());
        Assert.Equal((12, 5, 17), (Usage(chunks[^1], "prompt_tokens"), Usage(chunks[^1], "completion_tokens"), Usage(chunks[^1], "total_tokens")));
        Assert.Empty(chunks[^1].GetProperty("choices").EnumerateArray());
        Assert.All(chunks.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
    }

    [Fact]
    public async Task Tokens_are_sent_as_they_come_and_the_end_only_once_it_is_recorded()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Ledger.Gate = new TaskCompletionSource();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        await using var stream = new EventStream(await asked);
        Assert.Equal("a", await stream.Text());

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b"], FinishReason.Length));
        Assert.Equal("b", await stream.Text());
        var recorded = await gateway.Ledger.Next();
        var end = stream.Line();
        Assert.False(end.IsCompleted);
        gateway.Ledger.Gate.SetResult();
        Assert.Contains("\"finish_reason\":\"length\"", await end, StringComparison.Ordinal);
        Assert.Equal(["data: [DONE]"], await stream.Rest());

        Assert.Equal(Outcome.Completed, recorded.Outcome);
        await gateway.Worker.Next<CloseRun>();
        Assert.Equal([$"{run.GenerationId}/1"], gateway.Grains.Pool.Released);
        Assert.Equal((12 + 2, false), gateway.Grains.Quota.Settled.Last());
    }

    [Fact]
    public async Task Choices_come_interleaved_and_each_has_its_own_finish()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true,"n":2 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal(2, run.Choices);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"]));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["x"], choice: 1));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["y"], FinishReason.Length, choice: 1));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 1, ["b"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        var choices = (await stream.Rest()).SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0]).ToList();

        Assert.Equal(["0 ", "1 ", "0a", "1x", "1y", "1 length", "0b", "0 stop"], choices.Select(choice =>
            $"{choice.GetProperty("index")}{(choice.GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text ? text : $" {choice.GetProperty("finish_reason")}")}"));
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_text_that_their_tokens_complete()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true,"logprobs":true,"top_logprobs":1 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal(1, run.Sampling.Logprobs);
        TokenLogprob Token(params byte[] bytes) => new(-1, bytes, [new(-0.5f, [65])]);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["", "é", "b"]) with { Logprobs = [Token(0xc3), Token(0xa9), Token(98)] });
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 3, [""], FinishReason.Stop) with { Logprobs = [null] });
        await using var stream = new EventStream(await asked);
        var choices = (await stream.Rest()).SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0]).ToList();
        Assert.Equal(["0", "2", "1", ""], choices.Select(choice => choice.GetProperty("logprobs") is { ValueKind: JsonValueKind.Object } logprobs ? logprobs.GetProperty("content").GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture) : ""));
        Assert.Equal("""{"token":"A","logprob":-0.5,"bytes":[65]}""", choices[2].GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs")[0].GetRawText());
    }

    [Fact]
    public async Task A_stream_that_waits_is_kept_alive_by_comments()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new(Grains.Pools.TicketState.Waiting, null, 3, 0));
        gateway.Grains.Pool.Answers.Enqueue(new(Grains.Pools.TicketState.Waiting, null, 1, 0));
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        await using var stream = new EventStream(await asked);
        Assert.Equal(": ping", await stream.Line());
        Assert.Equal(": ping", await stream.Line());
        Assert.Equal("a", await stream.Text());
    }

    [Fact]
    public async Task A_stream_whose_worker_loads_the_model_first_is_kept_alive_by_comments()
    {
        await using var gateway = await GatewayHost.Start(silence: TimeSpan.FromMilliseconds(50));
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await using var stream = new EventStream(await asked);
        for (var i = 0; i < 3; i++) Assert.Equal(": ping", await stream.Line());
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        Assert.Equal("a", await stream.Text());
    }

    [Fact]
    public async Task A_prompt_that_may_not_fit_gets_no_comment_so_that_its_refusal_keeps_its_status()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new(Grains.Pools.TicketState.Waiting, null, 3, 0));
        var asked = gateway.Post("/v1/chat/completions", $$"""{"model":"{{GatewayHost.Model}}","stream":true,"messages":[{"role":"user","content":"{{new string('a', 9000)}}"}]}""");
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.InvalidRequest, "context_length_exceeded"));
        using var response = await asked;
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("context_length_exceeded", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static int Usage(JsonElement chunk, string name) => chunk.GetProperty("usage").GetProperty(name).GetInt32();
}
