using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Choices of tools, histories with calls, and log-probabilities. The numbered behaviours are those of the API reference.</summary>
public sealed class ToolBehaviourTests(PlatformFixture platform)
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"test","description":"","parameters":{"type":"object","properties":{"success":{"type":"boolean","const":true}},"required":["success"]}}}]
        """;

    /// <summary>Behaviour 23; what is refused for its schema see <see cref="Structured.ToolCallTests"/>.</summary>
    [Theory]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tool_choice\":\"required\",\"tools\":[]", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"test\"}}", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"other\"}}," + Tools, "tool_choice.function.name")]
    [InlineData("\"tool_choice\":{}," + Tools, "tool_choice.type")]
    [InlineData("\"tool_choice\":\"any\"," + Tools, "tool_choice")]
    public async Task A_choice_of_what_is_not_there_is_refused(string fields, string param)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: fields));
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    /// <summary>Behaviours 24 and 27.</summary>
    [Theory]
    [InlineData("\"required\"", "tool_calls")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"test\"}}", "stop")]
    public async Task One_call_is_made_where_one_is_allowed_and_its_end_is_told_as_recorded(string choice, string finish)
    {
        var answer = (await Ask($"{Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false,\"max_tokens\":100,\"temperature\":0")).GetProperty("choices")[0];
        Assert.Equal((finish, JsonValueKind.Null), (answer.GetProperty("finish_reason").GetString(), answer.GetProperty("message").GetProperty("content").ValueKind));
        var call = Assert.Single(answer.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(("function", "test"), (call.GetProperty("type").GetString(), call.GetProperty("function").GetProperty("name").GetString()));
        Assert.True(JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).RootElement.GetProperty("success").GetBoolean());
    }

    /// <summary>Behaviour 25: what was written of the call so far is no content either.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Half_a_call_is_not_told(int most)
    {
        var answer = (await Ask($"{Tools},\"tool_choice\":\"required\",\"max_tokens\":{most},\"temperature\":0")).GetProperty("choices")[0];
        Assert.Equal("length", answer.GetProperty("finish_reason").GetString());
        Assert.True(string.IsNullOrEmpty(answer.GetProperty("message").GetProperty("content").GetString()), answer.GetRawText());
    }

    /// <summary>Behaviour 26.</summary>
    [Theory]
    [InlineData("a", 200, null)]
    [InlineData("b", 400, "messages[2].tool_call_id")]
    public async Task Calls_without_arguments_are_history_and_an_answer_to_none_is_refused(string answered, int status, string? param)
    {
        var calls = string.Join(',', new[] { "", "{}" }.Select((arguments, i) => $$$"""{"id":"{{{(i == 0 ? "a" : "c")}}}","type":"function","function":{"name":"test","arguments":"{{{arguments}}}"}}"""));
        using var response = await platform.Client.PostJson(
            "v1/chat/completions",
            $$"""{"model":"{{TestCatalogue.SmolLm}}","max_tokens":4,{{Tools}},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{{calls}}]},{"role":"tool","tool_call_id":"{{answered}}","content":"1"},{"role":"tool","tool_call_id":"c","content":"2"}]}""");
        Assert.Equal(status, (int)response.StatusCode);
        if (param is not null) Assert.Equal(param, (await response.Error()).Param);
    }

    /// <summary>Behaviour 18.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task As_many_likely_tokens_are_told_as_were_asked_for(int top)
    {
        var tokens = (await Ask($"\"logprobs\":true,\"top_logprobs\":{top},\"max_tokens\":5,\"temperature\":0")).GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(5, tokens.Count);
        Assert.All(tokens, token => Assert.Equal(top, token.GetProperty("top_logprobs").GetArrayLength()));
        Assert.All(tokens.Concat(tokens.SelectMany(token => token.GetProperty("top_logprobs").EnumerateArray())), token => Assert.True(token.GetProperty("logprob").GetDouble() <= 0 && token.GetProperty("bytes").ValueKind == JsonValueKind.Array));
    }

    /// <summary>Behaviours 18 and 20.</summary>
    [Theory]
    [InlineData("v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"logprobs\":true,\"top_logprobs\":21", "top_logprobs")]
    [InlineData("v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_logprobs\":2", "top_logprobs")]
    [InlineData("v1/completions", "\"prompt\":\"a\",\"logprobs\":6", "logprobs")]
    public async Task More_than_can_be_told_is_refused_and_the_next_request_served(string path, string fields, string param)
    {
        using var response = await platform.Client.PostJson(path, $$"""{"model":"{{TestCatalogue.Fast}}",{{fields}}}""");
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
        Assert.Equal(1, (await Ask("\"max_tokens\":1")).GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    /// <summary>Behaviour 20.</summary>
    [Fact]
    public async Task No_likely_tokens_asked_for_still_gives_each_tokens_own()
    {
        using var response = await platform.Client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.SmolLm}}","prompt":"The sea","logprobs":0,"max_tokens":3,"temperature":0}""");
        var body = await response.Json();
        OpenAiSchemas.Check("CreateCompletionResponse", body);
        var logprobs = body.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.All(logprobs.GetProperty("top_logprobs").EnumerateArray(), top => Assert.Single(top.EnumerateObject()));
        Assert.Equal(3, logprobs.GetProperty("token_logprobs").GetArrayLength());
    }

    private async Task<JsonElement> Ask(string fields)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.SmolLm, "Write an example", fields));
        var body = await response.Json();
        Assert.True(response.IsSuccessStatusCode, body.GetRawText());
        OpenAiSchemas.Check("CreateChatCompletionResponse", body);
        return body;
    }
}
