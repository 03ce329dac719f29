using System.Text;
using System.Text.Json;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Tokens;

public class TokensEndpointTests
{
    [Fact]
    public async Task A_text_comes_back_as_the_models_tokens()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/tokenize", $$"""{"model":"{{GatewayHost.Alias}}","prompt":"Hé","return_token_strs":true}""");
        var prompt = await gateway.Worker.Next<ReadPrompt>();
        Assert.Equal((GatewayHost.Model, "Hé", true), (prompt.Model, prompt.Plain!.Text, prompt.AddSpecial));
        await gateway.Worker.Send(prompt, Reading([4, 90], ["H", "é"]));
        using var response = await asked;
        Assert.Equal("""{"count":2,"max_model_len":2048,"tokens":[4,90],"token_strs":["H","é"]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_conversation_is_read_through_the_chat_template()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/tokenize", $$"""{"model":"{{GatewayHost.Model}}","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"add_generation_prompt":false}""");
        var prompt = await gateway.Worker.Next<ReadPrompt>();
        Assert.Equal(new Conversation("""[{"role":"user","content":"Hi"}]""", AddGenerationPrompt: false), prompt.Conversation);
        await gateway.Worker.Send(prompt, Reading([1], ["a"]));
        using var response = await asked;
        Assert.Equal(JsonValueKind.Null, (await response.Json()).GetProperty("token_strs").ValueKind);
    }

    [Fact]
    public async Task Tokens_come_back_as_text_and_pieces_that_are_no_text_as_bytes()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/detokenize", $$"""{"model":"{{GatewayHost.Model}}","tokens":[7,8]}""");
        var prompt = await gateway.Worker.Next<ReadPrompt>();
        Assert.Equal([7, 8], prompt.Plain!.Tokens!);
        await gateway.Worker.Send(prompt, Reading([7, 8], ["a ", "b"]));
        using (var response = await asked) Assert.Equal("""{"prompt":"a b","content":"a b"}""", await response.Content.ReadAsStringAsync());

        asked = gateway.Post("/v1/tokenize", $$"""{"model":"{{GatewayHost.Model}}","content":"é","with_pieces":true}""");
        prompt = await gateway.Worker.Next<ReadPrompt>();
        Assert.False(prompt.AddSpecial);
        await gateway.Worker.Send(prompt, Reading([1, 2], ["é"]) with { Text = "é"u8.ToArray(), TextEnds = [1, 2] });
        using var pieces = await asked;
        Assert.Equal("""[{"id":1,"piece":[195]},{"id":2,"piece":[169]}]""", (await pieces.Json()).GetProperty("tokens").GetRawText());
    }

    [Theory]
    [InlineData("/v1/tokenize", """ "prompt":5 """, "prompt")]
    [InlineData("/v1/tokenize", """ "messages":[{"role":"robot","content":""}] """, "messages[0].role")]
    [InlineData("/v1/tokenize", """ "add_special":true """, "prompt")]
    [InlineData("/v1/detokenize", """ "tokens":[1,-2] """, "tokens[1]")]
    [InlineData("/v1/detokenize", """ "tokens":[1,2.5] """, "tokens[1]")]
    [InlineData("/v1/detokenize", """ "tokens":"a" """, "tokens")]
    [InlineData("/v1/detokenize", """ "prompt":"a" """, "tokens")]
    public async Task A_wrong_field_is_named(string path, string fields, string param)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Post(path, $$"""{"model":"{{GatewayHost.Model}}",{{fields}}}""");
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    [Fact]
    public async Task What_the_worker_refuses_is_a_400_and_no_worker_is_a_503()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/detokenize", $$"""{"model":"{{GatewayHost.Model}}","tokens":[999999]}""");
        var prompt = await gateway.Worker.Next<ReadPrompt>();
        await gateway.Worker.Send(prompt, Reading([], []) with { Error = new RunError(RunErrorKind.InvalidRequest, "invalid_value", "Token 999999 is not there.", "tokens") });
        using (var response = await asked) Assert.Equal((400, "tokens"), ((int)response.StatusCode, (await response.Error()).Param));

        gateway.Grains.Pool.Workers = [];
        using var none = await gateway.Post("/v1/detokenize", $$"""{"model":"{{GatewayHost.Model}}","tokens":[1]}""");
        Assert.Equal(503, (int)none.StatusCode);
        Assert.NotNull(none.Header("Retry-After"));
    }

    private static Frame Reading(int[] tokens, string[] texts)
    {
        var end = 0;
        return new()
        {
            GenerationId = "", Run = 1, Choice = 0, From = 0, Tokens = tokens, Text = Encoding.UTF8.GetBytes(string.Concat(texts)), TextEnds = [.. texts.Select(text => end += Encoding.UTF8.GetByteCount(text))],
            Started = new RunStarted("w1", tokens.Length, 0, 2048), Finish = FinishReason.Stop,
        };
    }
}
