using System.Text.Json;
using Platform.Scenarios.Tests.Responses;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>What a client written for llama.cpp's own server sends, where it is more than OpenAI's.</summary>
public sealed class LlamaServerClientTests(PlatformFixture platform)
{
    private HttpClient Client => platform.Client;

    [Theory]
    [InlineData("chat/completions")]
    [InlineData("v1/chat/completions")]
    public async Task Its_name_for_the_most_tokens_and_for_a_schema_are_understood_with_and_without_the_version(string path)
    {
        using var short_ = await Client.PostJson(path, WireClient.ChatBody(TestCatalogue.Fast, more: "\"n_predict\":7,\"ignore_eos\":true,\"cache_prompt\":false,\"id_slot\":0,\"return_tokens\":true"));
        Assert.Equal(7, (await short_.Json()).GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        using var formed = await Client.PostJson(path, WireClient.ChatBody(TestCatalogue.Fast, more: "\"n_predict\":-1,\"json_schema\":{\"const\":\"42\"}"));
        Assert.Equal("\"42\"", (await formed.Json()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_stream_that_may_go_on_for_ever_ends_where_the_context_does()
    {
        using var response = await Client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":{{JsonSerializer.Serialize(Enumerable.Repeat(100, 4080))}},"n_predict":-1,"ignore_eos":true,"stream":true}""");
        var choices = (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0]).ToList();
        Assert.NotEqual("", string.Concat(choices.Select(choice => choice.GetProperty("text").GetString())));
        Assert.Equal("length", choices[^1].GetProperty("finish_reason").GetString());
        Assert.All(choices[..^1], choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
    }

    /// <summary>Words the model would say are banned by the tokens that the server itself gave for them, in both of the forms a bias has.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Words_are_banned_by_their_tokens(bool pairs)
    {
        using var said = await Client.PostJson("v1/completions", Greedy(""));
        var words = Text(await said.Json()).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word.All(char.IsAsciiLetter)).Distinct().ToList();
        Assert.NotEmpty(words);
        using var tokenized = await Client.PostJson("tokenize", $$"""{"model":"{{TestCatalogue.SmolLm}}","content":{{JsonSerializer.Serialize(" " + string.Join(' ', words))}} }""");
        var tokens = (await tokenized.Json()).GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()).Distinct().ToList();
        var bias = pairs ? $"[{string.Join(',', tokens.Select((token, i) => i == 0 ? $"[{token},false]" : $"[{token},-100]"))}]" : $"{{{string.Join(',', tokens.Select(token => $"\"{token}\":-100"))}}}";
        using var without = await Client.PostJson("v1/completions", Greedy($",\"logit_bias\":{bias}"));
        var text = Text(await without.Json());
        Assert.All(words, word => Assert.DoesNotContain($" {word} ", $"{text} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[[5]]", "logit_bias[0]")]
    [InlineData("[[1,2],[5,101]]", "logit_bias[1]")]
    [InlineData("[[\"a\",1]]", "logit_bias[0]")]
    [InlineData("[[-1,1]]", "logit_bias[0]")]
    public async Task A_pair_that_is_no_bias_is_named(string bias, string param)
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"logit_bias\":{bias}"));
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    [Theory]
    [InlineData("\"reasoning_budget\":5", "reasoning_budget")]
    [InlineData("\"thinking_budget_tokens\":5", "thinking_budget_tokens")]
    [InlineData("\"t_max_predict_ms\":100", "t_max_predict_ms")]
    [InlineData("\"return_token_ids\":true", "return_token_ids")]
    [InlineData("\"reasoning_budget\":-1,\"t_max_predict_ms\":-1,\"n_indent\":0,\"return_token_ids\":false", null)]
    public async Task What_is_not_there_is_refused_by_name_where_it_would_do_something(string fields, string? param)
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"max_tokens\":3,{fields}"));
        if (param is null) Assert.Equal(200, (int)response.StatusCode);
        else Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    [Fact]
    public async Task The_template_is_applied_without_an_answer()
    {
        const string Messages = """[{"role":"system","content":"You are a test."},{"role":"user","content":[{"type":"text","text":"Hi "},{"type":"text","text":"there"}]}]""";
        var opened = await Prompt("");
        Assert.Contains("<|im_start|>system\nYou are a test.<|im_end|>\n<|im_start|>user\n", opened, StringComparison.Ordinal);
        Assert.EndsWith("<|im_end|>\n<|im_start|>assistant\n", opened, StringComparison.Ordinal);
        var closed = await Prompt(",\"add_generation_prompt\":false");
        Assert.Equal(opened, closed + "<|im_start|>assistant\n");

        async Task<string> Prompt(string more)
        {
            using var response = await Client.PostJson("apply-template", $$"""{"model":"{{TestCatalogue.SmolLm}}","messages":{{Messages}}{{more}}}""");
            return (await response.Json()).GetProperty("prompt").GetString()!;
        }
    }

    [Fact]
    public async Task A_call_whose_arguments_are_no_JSON_is_no_fault_of_the_server()
    {
        using var response = await Client.PostJson("v1/chat/completions", $$$"""{"model":"{{{TestCatalogue.SmolLm}}}","max_tokens":3,"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"test","arguments":"{"}}]},{"role":"tool","tool_call_id":"call_1","content":"x"},{"role":"user","content":"Continue"}]}""");
        Assert.Contains((int)response.StatusCode, (int[])[200, 400]);
    }

    /// <summary>As text-embeddings-inference and llama.cpp's server have it.</summary>
    [Theory]
    [InlineData("rerank")]
    [InlineData("v1/rerank")]
    public async Task Texts_are_ranked_into_a_bare_list(string path)
    {
        using var response = await Client.PostJson(path, $$"""{"model":"{{TestCatalogue.MiniLm}}","query":"Where does the cat sit?","texts":["Quarterly revenue grew.","The cat sits on the mat.","A fox."],"top_n":2,"return_text":true}""");
        var ranked = (await response.Json()).EnumerateArray().ToList();
        Assert.Equal((2, 1, "The cat sits on the mat."), (ranked.Count, ranked[0].GetProperty("index").GetInt32(), ranked[0].GetProperty("text").GetString()));
        Assert.True(ranked[0].GetProperty("score").GetDouble() > ranked[1].GetProperty("score").GetDouble());
        using var wrong = await Client.PostJson(path, $$"""{"model":"{{TestCatalogue.MiniLm}}","query":"a","texts":[1]}""");
        Assert.Equal((400, "texts[0]"), ((int)wrong.StatusCode, (await wrong.Error()).Param));
    }

    [Theory]
    [InlineData("\"text\":\"The weather is:\"", "[{\"type\":\"text\",\"text\":\"Here are the results:\"},{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":\"Sunny, 25°C\"}]")]
    [InlineData("\"text\":\"One moment.\"", "[{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"is_error\":true,\"content\":[{\"type\":\"text\",\"text\":\"City not found\"}]}]")]
    public async Task A_tools_result_in_Anthropics_shape_stands_beside_text_or_tells_an_error(string before, string blocks)
    {
        using var response = await Client.PostJson("v1/messages", $$$"""{"model":"{{{TestCatalogue.SmolLm}}}","max_tokens":4,"top_k":40,"top_p":0.9,"metadata":{"user_id":"u"},"messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":[{"type":"text",{{{before}}}},{"type":"tool_use","id":"a","name":"get_weather","input":{"location":"Paris"}}]},{"role":"user","content":{{{blocks}}}}]}""");
        var message = await response.Json();
        Assert.True(response.IsSuccessStatusCode, message.GetRawText());
        Assert.Equal("text", message.GetProperty("content")[0].GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("""{"type":"json_schema","name":"test","schema":{"const":"foooooo"}}""", "^\"foooooo\"$")]
    [InlineData("""{"type":"json_object"}""", @"^\{")]
    [InlineData("""{"type":"text"}""", "")]
    public async Task A_response_has_the_form_asked_for(string format, string expected)
    {
        var response = await Client.Respond($$"""{"model":"{{TestCatalogue.Fast}}","input":"Write an example","max_output_tokens":40,"text":{"format":{{format}} } }""");
        Assert.Matches(expected, response.OutputText());
    }

    private static string Greedy(string more) => $$"""{"model":"{{TestCatalogue.SmolLm}}","prompt":"What is the best book","max_tokens":40,"temperature":0{{more}}}""";

    private static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString()!;
}
