using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Fixtures.Greedy;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Log-probabilities against those llama.cpp itself gives (within 0.05), and the rules the API has for them.</summary>
public sealed class LogprobTests(PlatformFixture platform)
{
    private static readonly GreedyGolden Golden = GreedyGolden.Cases[0];

    [Fact]
    public async Task They_are_llama_cpps_own()
    {
        var content = (await Ask(TestCatalogue.SmolLm, Golden.Messages.ToJsonString(), "\"logprobs\":true,\"top_logprobs\":3,\"temperature\":0,\"max_tokens\":12")).GetProperty("logprobs").GetProperty("content");
        Assert.Equal(12, content.GetArrayLength());
        foreach (var (i, token) in content.EnumerateArray().Index())
        {
            var expected = Golden.TopLogprobs[i];
            Assert.Equal(3, token.GetProperty("top_logprobs").GetArrayLength());
            for (var k = 0; k < 3; k++) Assert.Equal(expected[k][1], token.GetProperty("top_logprobs")[k].GetProperty("logprob").GetDouble(), 0.05);
            if (expected[0][1] - expected[1][1] < GreedyGolden.Tie) break; // a near tie may fall either way
            Assert.Equal(expected[0][1], token.GetProperty("logprob").GetDouble(), 0.05);
        }
    }

    [Fact]
    public async Task A_bias_and_penalties_do_not_change_them()
    {
        const string Plain = "\"logprobs\":true,\"top_logprobs\":5,\"temperature\":0,\"max_tokens\":1";
        var free = (await Ask(TestCatalogue.Fast, """[{"role":"user","content":"The"}]""", Plain)).GetProperty("logprobs").GetProperty("content")[0];
        var biased = (await Ask(TestCatalogue.Fast, """[{"role":"user","content":"The"}]""", Plain + ",\"logit_bias\":{\"125\":100},\"repeat_penalty\":1.5")).GetProperty("logprobs").GetProperty("content")[0];
        Assert.Equal("z", biased.GetProperty("token").GetString());
        Assert.True(biased.GetProperty("logprob").GetDouble() < free.GetProperty("logprob").GetDouble());
        Assert.Equal(free.GetProperty("top_logprobs").GetRawText(), biased.GetProperty("top_logprobs").GetRawText());
    }

    /// <summary>Behaviour 19.</summary>
    [Fact]
    public async Task Their_tokens_are_the_content_in_a_stream_as_in_the_whole()
    {
        const string Messages = """[{"role":"user","content":"Tell me of the sea."}]""";
        const string Fields = "\"logprobs\":true,\"top_logprobs\":0,\"temperature\":1,\"seed\":11,\"max_tokens\":40";
        var choice = await Ask(TestCatalogue.Fast, Messages, Fields);
        var content = choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(choice.GetProperty("message").GetProperty("content").GetString(), Encoding.UTF8.GetString([.. content.SelectMany(token => token.GetProperty("bytes").EnumerateArray().Select(one => one.GetByte()))]));
        Assert.All(content, token => Assert.True(token.GetProperty("logprob").GetDouble() <= 0 && token.GetProperty("top_logprobs").GetArrayLength() == 0));

        using var response = await platform.Client.PostJson("v1/chat/completions", $$"""{"model":"{{TestCatalogue.Fast}}","messages":{{Messages}},{{Fields}},"stream":true}""");
        var chunks = (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("logprobs")).Where(logprobs => logprobs.ValueKind == JsonValueKind.Object);
        Assert.Equal(content.Select(token => token.GetRawText()), chunks.SelectMany(logprobs => logprobs.GetProperty("content").EnumerateArray()).Select(token => token.GetRawText()));
    }

    [Theory]
    [InlineData("\"logit_bias\":{\"9999999\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"9999999\":1},\"stream\":true", "logit_bias")]
    [InlineData("\"stop_token_ids\":[9999999]", "stop_token_ids")]
    [InlineData("\"top_logprobs\":21,\"logprobs\":true", "top_logprobs")]
    public async Task What_only_the_model_knows_to_be_wrong_is_named_too(string fields, string param)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: fields));
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    [Theory]
    [InlineData("\"typical_p\":0.5")]
    [InlineData("\"mirostat\":1,\"mirostat_tau\":3")]
    [InlineData("\"mirostat\":2,\"mirostat_eta\":0.3")]
    [InlineData("\"top_n_sigma\":1")]
    [InlineData("\"xtc_probability\":0.5")]
    [InlineData("\"dynatemp_range\":0.5,\"dynatemp_exponent\":1.2")]
    [InlineData("\"dry_multiplier\":0.8,\"dry_allowed_length\":1")]
    [InlineData("\"min_tokens\":20,\"max_tokens\":24")]
    [InlineData("\"ignore_eos\":true,\"repetition_penalty\":1.1")]
    public async Task Every_way_of_sampling_gives_the_same_text_for_the_same_seed(string fields)
    {
        async Task<string> Once() => (await Ask(TestCatalogue.SmolLm, """[{"role":"user","content":"Name three rivers."}]""", $"\"seed\":5,\"max_tokens\":24,{fields}".Replace("\"max_tokens\":24,\"min_tokens\"", "\"min_tokens\"", StringComparison.Ordinal)))
            .GetProperty("message").GetProperty("content").GetString()!;
        var first = await Once();
        Assert.NotEmpty(first);
        Assert.Equal(first, await Once());
    }

    private async Task<JsonElement> Ask(string model, string messages, string fields)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", string.Create(CultureInfo.InvariantCulture, $$"""{"model":"{{model}}","messages":{{messages}},{{fields}}}"""));
        Assert.Equal(200, (int)response.StatusCode);
        return (await response.Json()).GetProperty("choices")[0];
    }
}
