using System.Text.Json;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Completions;

public class CompletionTests
{
    [Fact]
    public async Task Choices_are_numbered_prompt_by_prompt_and_usage_is_over_all()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = Complete(gateway, """ "prompt":["one","two"],"n":2 """);
        foreach (var run in await Runs(gateway, 2))
        {
            Assert.Equal((2, 16, null), (run.Choices, run.MaxTokens, run.Conversation));
            await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, [$"{run.Plain!.Text}-b"], FinishReason.Length, choice: 1) with { Started = new RunStarted("w1", 5, 1, 8192) });
            await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, [$"{run.Plain!.Text}", "-a"], FinishReason.Stop));
        }

        using var response = await asked;
        var body = await response.Json();
        Assert.Equal(["id", "object", "created", "model", "choices", "system_fingerprint", "usage"], body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(["text", "index", "logprobs", "finish_reason"], body.GetProperty("choices")[0].EnumerateObject().Select(field => field.Name));
        Assert.StartsWith("cmpl-", body.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(["0 one-a stop", "1 one-b length", "2 two-a stop", "3 two-b length"],
            body.GetProperty("choices").EnumerateArray().Select(choice => $"{choice.GetProperty("index")} {choice.GetProperty("text")} {choice.GetProperty("finish_reason")}"));
        var usage = body.GetProperty("usage");
        Assert.Equal((10, 6, 2), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32()));
        Assert.All([await gateway.Ledger.Next(), await gateway.Ledger.Next()], recorded => Assert.Equal("completion", recorded.Figures.Kind));
    }

    [Fact]
    public async Task An_echoed_prompt_stands_before_each_choice_with_the_log_probabilities_of_its_tokens()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = Complete(gateway, """ "prompt":"Hé","echo":true,"logprobs":1,"max_tokens":1 """);
        var run = Assert.Single(await Runs(gateway, 1));
        Assert.Equal((true, 1), (run.Plain!.Echo, run.Sampling.Logprobs));
        TokenLogprob Scored(string text, float logprob, string top) => new(logprob, System.Text.Encoding.UTF8.GetBytes(text), [new(-0.5f, System.Text.Encoding.UTF8.GetBytes(top))]);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["!"], FinishReason.Length) with
        {
            Started = new RunStarted("w1", 2, 0, 8192, new PromptEcho(["H"u8.ToArray(), "é"u8.ToArray()], [null, Scored("é", -2, "a")])),
            Logprobs = [Scored("!", -0.5f, "!")],
        });
        using var response = await asked;
        Assert.Equal("""{"text":"Hé!","index":0,"logprobs":{"tokens":["H","é","!"],"token_logprobs":[null,-2,-0.5],"top_logprobs":[null,{"a":-0.5,"é":-2},{"!":-0.5}],"text_offset":[0,1,2]},"finish_reason":"length"}""",
            (await response.Json()).GetProperty("choices")[0].GetRawText());
    }

    [Fact]
    public async Task A_stream_interleaves_the_choices_and_ends_each_with_its_reason()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = Complete(gateway, """ "prompt":[[1],[2,3]],"stream":true,"stream_options":{"include_usage":true},"echo":true """);
        var runs = (await Runs(gateway, 2)).OrderBy(run => run.Plain!.Tokens!.Count).ToList();
        Assert.Equal([2, 3], runs[1].Plain!.Tokens!);
        await gateway.Worker.Send(runs[1], gateway.Worker.Tokens(runs[1], 0, ["x"]) with { Started = new RunStarted("w1", 2, 0, 8192, new PromptEcho(["p"u8.ToArray(), "q"u8.ToArray()], [])) });
        await using var stream = new EventStream(await asked);
        Assert.Equal(("pq", 1), Piece(await stream.Chunk()));
        Assert.Equal(("x", 1), Piece(await stream.Chunk()));
        await gateway.Worker.Send(runs[0], gateway.Worker.Tokens(runs[0], 0, ["y"], FinishReason.Stop) with { Started = new RunStarted("w1", 1, 0, 8192, new PromptEcho(["r"u8.ToArray()], [])) });
        await gateway.Worker.Send(runs[1], gateway.Worker.Tokens(runs[1], 1, ["z"], FinishReason.Length));
        var rest = await stream.Rest();
        var chunks = rest.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement).ToList();
        Assert.Equal(["0 length", "1 stop", "r", "y", "z"], chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0]).Select(choice =>
            choice.GetProperty("finish_reason").GetString() is { } reason ? $"{1 - choice.GetProperty("index").GetInt32()} {reason}" : choice.GetProperty("text").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal((3, 3), (chunks[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.Equal("data: [DONE]", rest[^1]);
    }

    [Fact]
    public async Task The_best_of_more_choices_are_those_whose_tokens_are_likeliest()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = Complete(gateway, """ "prompt":"a","best_of":3 """);
        var run = Assert.Single(await Runs(gateway, 1));
        Assert.Equal((3, 0), (run.Choices, run.Sampling.Logprobs));
        foreach (var (choice, logprob) in new[] { (0, -2f), (1, -0.5f), (2, -1f) })
        {
            await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, [$"{choice}"], FinishReason.Stop, choice) with { Logprobs = [new(logprob, [65], [])], Started = new RunStarted("w1", 1, 0, 8192) });
        }

        using var response = await asked;
        var body = await response.Json();
        Assert.Equal("""[{"text":"1","index":0,"logprobs":null,"finish_reason":"stop"}]""", body.GetProperty("choices").GetRawText());
        Assert.Equal(3, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task All_prompts_are_admitted_or_none_is()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new Grains.Quotas.QuotaAnswer(false, "tokens", 1000, default, new(100, 0, 1000));
        using var response = await Complete(gateway, """ "prompt":["one","two"] """);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.False(gateway.Worker.HasCommands);
    }

    [Fact]
    public async Task The_first_prompt_that_fails_ends_the_others_and_names_its_field()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = Complete(gateway, """ "prompt":["one","two"],"suffix":"x" """);
        var runs = await Runs(gateway, 2);
        await gateway.Worker.Send(runs[0], gateway.Worker.Error(runs[0], RunErrorKind.InvalidRequest) with { Error = new RunError(RunErrorKind.InvalidRequest, "unsupported_parameter", "No.", "suffix") });
        using var response = await asked;
        Assert.Equal((400, "suffix"), ((int)response.StatusCode, (await response.Error()).Param));
    }

    private static Task<HttpResponseMessage> Complete(GatewayHost gateway, string fields) => gateway.Post("/v1/completions", $$"""{"model":"{{GatewayHost.Model}}",{{fields}}}""");

    private static async Task<List<RunChat>> Runs(GatewayHost gateway, int count)
    {
        var runs = new List<RunChat>();
        while (runs.Count < count) runs.Add(await gateway.Worker.Next<RunChat>());
        return runs;
    }

    private static (string, int) Piece(JsonElement chunk) => (chunk.GetProperty("choices")[0].GetProperty("text").GetString()!, chunk.GetProperty("choices")[0].GetProperty("index").GetInt32());
}
