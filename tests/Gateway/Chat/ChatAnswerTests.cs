using System.Text.Json;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Chat;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Pools;

namespace Platform.Gateway.Tests.Chat;

public class ChatAnswerTests
{
    [Fact]
    public async Task An_answer_is_one_object_and_its_record_has_every_figure()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Requests = new(100, 99, 0);
        var asked = gateway.Chat(""" "seed":5,"user":"ann","stop":["x"],"temperature":0 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal((5L, 0f), (run.Sampling.Seed, run.Sampling.Temperature));
        Assert.Equal(["x"], run.Stop);
        Assert.Equal("""[{"role":"user","content":"Hello"}]""", run.Conversation?.Messages);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["Hi", " there"], FinishReason.Stop));

        using var response = await asked;
        var json = await response.Json();
        Assert.Equal((200, "application/json", "100"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), response.Header("x-ratelimit-limit-requests")));
        Assert.Equal((run.GenerationId, "Hi there", "stop"), (json.GetProperty("id").GetString(), json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), json.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        Assert.Equal((12, 2, 14), (json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), json.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), json.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Matches("^fp_[0-9a-f]{10}$", json.GetProperty("system_fingerprint").GetString());
        Assert.Matches("^req_", response.Header("x-request-id"));

        var recorded = await gateway.Ledger.Next();
        var figures = recorded.Figures;
        Assert.Equal((Outcome.Completed, "chat", "project", "ann", 5L, false), (recorded.Outcome, figures.Kind, figures.ProjectId, figures.UserId, figures.Seed, figures.Stream));
        Assert.Equal((12, 4, 2, 1, "w1", 1), (figures.PromptTokens, figures.CachedTokens, figures.CompletionTokens, figures.Choices, figures.Worker, figures.Runs));
        Assert.Equal((8 * 2) + (4 * 1) + (2 * 10), figures.CostMicros); // by the prices of the catalogue
        Assert.NotNull(figures.FirstTokenMs);
        Assert.Equal([1000, 1000], recorded.Content!.Choices[0].Micros);
        Assert.Contains("\"user\":\"ann\"", recorded.Content.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_said_is_stored_where_the_client_asks_for_that()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "store":false """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        (await asked).Dispose();
        var recorded = await gateway.Ledger.Next();
        Assert.Null(recorded.Content);
        Assert.Equal(1, recorded.Figures.CompletionTokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""" "stream":true,"stream_options":{"include_usage":true} """)]
    public async Task Tokens_a_model_thinks_with_and_guesses_are_counted(string fields)
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Traits = new ModelTraits("hermes", null, Thinks: true, default);
        var asked = gateway.Chat(fields);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["<think>", "Hm", ", well", "</think>", "\n\n", "Yes", "!"], FinishReason.Stop) with { Guesses = new Guesses(3, 2) });
        using var answer = await asked;
        var text = await answer.Content.ReadAsStringAsync();
        if (fields.Length > 0) text = text.Split('\n').Last(line => line.Contains("\"usage\":{", StringComparison.Ordinal))["data: ".Length..];
        var usage = JsonDocument.Parse(text).RootElement.GetProperty("usage");
        var details = usage.GetProperty("completion_tokens_details");
        Assert.Equal((7, 3, 2), (usage.GetProperty("completion_tokens").GetInt32(), details.GetProperty("accepted_prediction_tokens").GetInt32(), details.GetProperty("rejected_prediction_tokens").GetInt32()));
        Assert.InRange(details.GetProperty("reasoning_tokens").GetInt32(), 2, 4); // the marks around a thought may count
        Assert.Equal((3, 2), ((await gateway.Ledger.Next()) is { Figures: var figures } ? (figures.AcceptedTokens, figures.RejectedTokens) : default));
    }

    [Theory]
    [InlineData("no-such-model", "The model 'no-such-model' does not exist", "model_not_found")]
    [InlineData("tests/embed", "The model 'tests/embed' is not a chat model and thus not supported in the v1/chat/completions endpoint.", null)]
    public async Task Another_model_is_a_404(string model, string message, string? code)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Post("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"a"}]}""");
        var error = await response.Error();
        Assert.Equal((404, message, "invalid_request_error", "model", code), ((int)response.StatusCode, error.Message, error.Type, error.Param, error.Code));
    }
}
