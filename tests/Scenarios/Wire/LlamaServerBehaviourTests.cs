using System.Text.Json;
using Platform.Scenarios.Tests.Embeddings;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>What the tests of llama.cpp's own server see of the endpoints both have, where no other test here sees it.</summary>
public sealed class LlamaServerBehaviourTests(PlatformFixture platform)
{
    private const string Tools = """[{"type":"function","function":{"name":"test","parameters":{"type":"object","properties":{"success":{"type":"boolean","const":true}},"required":["success"]}}}]""";

    private HttpClient Client => platform.Client;

    [Theory]
    [InlineData("""{"type":"json_object","schema":{"const":"42"}}""", "^\"42\"$")]
    [InlineData("""{"type":"json_object","schema":{"items":[{"type":"integer"}],"minItems":1}}""", @"^\[\s*-?\d+\s*\]$")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"const":"foooooo"}}}""", "^\"foooooo\"$")]
    [InlineData("""{"type":"json_object"}""", @"^\{")]
    public async Task An_answer_has_the_form_asked_for(string format, string expected)
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.SmolLm, more: $"\"max_tokens\":40,\"temperature\":0,\"response_format\":{format}"));
        Assert.Matches(expected, Text(await response.Json()));
    }

    [Theory]
    [InlineData("""{"type":"sound"}""")]
    [InlineData("""{"type":"json_object","schema":123}""")]
    [InlineData("""{"type":"json_object","schema":{"type":123}}""")]
    [InlineData("""{"type":"json_object","schema":{"type":"hiccup"}}""")]
    public async Task A_form_that_is_none_is_refused(string format)
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"response_format\":{format}"));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.StartsWith("response_format", (await response.Error()).Param, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root ::= \\\"a\\\"{5,5}", "aaaaa")]
    [InlineData("root ::= \\\"no\\\" | \\\"no\\\"", "no")]
    public async Task A_grammar_is_kept(string grammar, string expected)
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.SmolLm, more: $"\"max_tokens\":12,\"grammar\":\"{grammar}\""));
        Assert.Equal(expected, Text(await response.Json()));
    }

    [Theory]
    [InlineData(TestCatalogue.SmolLm, false)]
    [InlineData(TestCatalogue.SmolLm, true)]
    [InlineData(TestCatalogue.Fast, false)]
    [InlineData(TestCatalogue.Fast, true)]
    public async Task A_required_call_is_made_and_parses(string model, bool stream)
    {
        var (content, name, arguments, finish) = await Call(model, stream, "\"required\"");
        Assert.True(string.IsNullOrEmpty(content));
        Assert.Equal(("test", "tool_calls"), (name, finish));
        Assert.True(JsonElement.Parse(arguments).GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_call_is_made_where_none_may_be(bool stream)
    {
        var (content, name, _, finish) = await Call(TestCatalogue.Fast, stream, "\"none\"");
        Assert.Equal(("", "length"), (name, finish));
        Assert.NotEqual("", content);
    }

    [Fact]
    public async Task Many_at_once_with_one_seed_say_the_same_and_each_counts_its_own()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await Client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":"I believe the meaning of life is","seed":42,"temperature":1,"max_tokens":24}""");
            return await response.Json();
        }));
        Assert.Single(answers.Select(answer => answer.GetProperty("choices")[0].GetProperty("text").GetString()).Distinct());
        Assert.All(answers, answer => Assert.InRange(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 24));
    }

    [Fact]
    public async Task Where_the_context_ends_the_answer_ends_with_length()
    {
        var prompt = JsonSerializer.Serialize(Enumerable.Repeat(100, 4090));
        using var response = await Client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":{{prompt}},"ignore_eos":true}""");
        var answer = await response.Json();
        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.InRange(answer.GetProperty("usage").GetProperty("total_tokens").GetInt32(), 4091, 4096);
    }

    [Fact]
    public async Task Equal_texts_have_equal_vectors_and_are_counted_one_by_one()
    {
        var one = await Vectors.Of(Client, "I believe the meaning of life is");
        var many = await Vectors.Of(Client, Enumerable.Repeat("I believe the meaning of life is", 5));
        Assert.Equal(5 * one.PromptTokens, many.PromptTokens);
        Assert.All(many.All, vector => Assert.InRange(Vectors.Cosine(one.All[0], vector), 0.99999, 1.00001));
    }

    [Fact]
    public async Task Texts_and_tokens_in_one_list_are_refused_as_OpenAI_does()
    {
        using var response = await Client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":["a",[1012]]}""");
        Assert.Equal(400, (int)response.StatusCode);
        Assert.StartsWith("input", (await response.Error()).Param, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hello, world! 日本 😀\n\tdef f():")]
    [InlineData("")]
    [InlineData(" a  b ")]
    public async Task A_text_comes_back_from_its_tokens(string text)
    {
        using var tokenized = await Client.PostJson("v1/tokenize", $$"""{"model":"{{TestCatalogue.SmolLm}}","content":{{JsonSerializer.Serialize(text)}} }""");
        var tokens = (await tokenized.Json()).GetProperty("tokens").GetRawText();
        using var back = await Client.PostJson("v1/detokenize", $$"""{"model":"{{TestCatalogue.SmolLm}}","tokens":{{tokens}} }""");
        Assert.Equal(text, (await back.Json()).GetProperty("prompt").GetString());
    }

    private async Task<(string? Content, string Name, string Arguments, string? Finish)> Call(string model, bool stream, string choice)
    {
        var more = $"\"max_tokens\":100,\"seed\":3,\"tools\":{Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false,\"ignore_eos\":{(choice == "\"none\"" ? "true" : "false")},\"stream\":{(stream ? "true" : "false")}";
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(model, "Call the tool.", more));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var parts = stream
            ? text.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0]).Select(each => (each, each.GetProperty("delta"))).ToList()
            : [.. new[] { JsonElement.Parse(text).GetProperty("choices")[0] }.Select(each => (each, each.GetProperty("message")))];
        var (content, name, arguments, finish) = ("", "", "", (string?)null);
        foreach (var (each, said) in parts)
        {
            if (said.TryGetProperty("content", out var part)) content += part.GetString();
            if (each.GetProperty("finish_reason").GetString() is { } reason) finish = reason;
            if (!said.TryGetProperty("tool_calls", out var calls)) continue;
            foreach (var function in calls.EnumerateArray().Select(call => call.GetProperty("function")))
            {
                if (function.TryGetProperty("name", out var named)) name += named.GetString();
                arguments += function.GetProperty("arguments").GetString();
            }
        }

        return (content, name, arguments, finish);
    }

    private static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!; // no call was asked for
}
