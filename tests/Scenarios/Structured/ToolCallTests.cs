using System.Net;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Structured;

/// <summary>Calls of functions, by models whose template knows nothing of them.</summary>
public sealed class ToolCallTests(PlatformFixture platform)
{
    private static readonly object[] Messages = [new { role = "user", content = "How is the weather in Bern?" }];

    private static readonly object[] Tools =
    [
        new { type = "function", function = new { name = "get_weather", description = "Tells the weather.", parameters = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string","maxLength":10},"days":{"type":"integer","minimum":1,"maximum":7}},"required":["city","days"],"additionalProperties":false}""") } },
        new { type = "function", function = new { name = "stop" } },
    ];

    /// <summary>Behaviour 23.</summary>
    [Theory]
    [InlineData(TestCatalogue.Fast)]
    [InlineData(TestCatalogue.SmolLm)]
    public async Task A_required_call_is_made_and_parses(string model)
    {
        var answer = await platform.Client.Ask(new { model, messages = Messages, tools = Tools, tool_choice = "required", parallel_tool_calls = false, max_tokens = 300, seed = 3 });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var choice = answer.Body.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        var call = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        Assert.Matches("^call_[A-Za-z0-9]{24}$", call.GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).ValueKind);
    }

    /// <summary>Behaviour 24.</summary>
    [Fact]
    public async Task A_named_function_is_called_and_ends_with_stop_as_recorded()
    {
        var answer = await platform.Client.Ask(new { model = TestCatalogue.Fast, messages = Messages, tools = Tools, tool_choice = new { type = "function", function = new { name = "get_weather" } }, max_tokens = 300, seed = 3 });
        var choice = answer.Body.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        var function = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal("get_weather", function.GetProperty("name").GetString());
        Assert.InRange(JsonElement.Parse(function.GetProperty("arguments").GetString()!).GetProperty("days").GetInt32(), 1, 7);
    }

    /// <summary>Behaviour 22.</summary>
    [Fact]
    public async Task A_streamed_call_says_its_name_once_and_its_arguments_in_pieces()
    {
        var request = new { model = TestCatalogue.Fast, messages = Messages, tools = Tools, tool_choice = "required", parallel_tool_calls = false, max_tokens = 300, seed = 3, stream = true };
        var (heads, arguments, finish) = (new List<JsonElement>(), "", "");
        await foreach (var line in platform.Client.Stream(request))
        {
            if (line.Event is not { } chunk) continue;
            var choice = chunk.GetProperty("choices")[0];
            finish = choice.GetProperty("finish_reason").GetString() ?? finish;
            if (!choice.GetProperty("delta").TryGetProperty("tool_calls", out var calls)) continue;
            if (calls[0].TryGetProperty("id", out _)) heads.Add(calls[0]);
            arguments += calls[0].GetProperty("function").GetProperty("arguments").GetString();
        }

        var head = Assert.Single(heads);
        Assert.Equal(("function", 0), (head.GetProperty("type").GetString(), head.GetProperty("index").GetInt32()));
        Assert.Equal("tool_calls", finish);
        var whole = await platform.Client.Ask(new { request.model, request.messages, request.tools, request.tool_choice, request.parallel_tool_calls, request.max_tokens, request.seed });
        Assert.Equal(whole.Body.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString(), arguments);
    }

    [Fact]
    public async Task A_deprecated_function_call_ends_with_its_own_reason()
    {
        var functions = new[] { new { name = "stop", parameters = new { type = "object", properties = new { } } } };
        var answer = await platform.Client.Ask(new { model = TestCatalogue.Fast, messages = Messages, functions, function_call = new { name = "stop" }, max_tokens = 100, seed = 3 });
        var message = answer.Body.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("stop", message.GetProperty("function_call").GetProperty("name").GetString());
        Assert.Equal("{}", message.GetProperty("function_call").GetProperty("arguments").GetString()!.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal));
    }

    /// <summary>Behaviour 25.</summary>
    [Fact]
    public async Task A_call_cut_short_is_no_call()
    {
        var answer = await platform.Client.Ask(new { model = TestCatalogue.Fast, messages = Messages, tools = Tools, tool_choice = "required", max_tokens = 1, seed = 3 });
        var choice = answer.Body.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    /// <summary>Behaviour 26.</summary>
    [Fact]
    public async Task Earlier_calls_and_their_results_are_part_of_the_conversation()
    {
        object[] messages =
        [
            .. Messages,
            new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "call_1", type = "function", function = new { name = "get_weather", arguments = "{\"city\":\"Bern\"}" } } } },
            new { role = "tool", tool_call_id = "call_1", content = "sunny" },
        ];
        foreach (var model in (string[])[TestCatalogue.Fast, TestCatalogue.SmolLm])
        {
            var answer = await platform.Client.Ask(new { model, messages, tools = Tools, max_tokens = 5, seed = 3 });
            Assert.Equal(HttpStatusCode.OK, answer.Status);
        }
    }

    [Fact]
    public async Task With_tool_choice_none_nothing_is_called()
    {
        var answer = await platform.Client.Ask(new { model = TestCatalogue.Fast, messages = Messages, tools = Tools, tool_choice = "none", max_tokens = 20, seed = 3 });
        Assert.False(answer.Body.GetProperty("choices")[0].GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f","strict":true}}]}""", "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.", "tools[0].function.parameters", "invalid_function_parameters")]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string","pattern":"\\bx"}}}}}]}""", null, "tools[0].function.parameters.properties.a.pattern", "invalid_function_parameters")]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"g"}}}""", null, "tool_choice.function.name", null)]
    [InlineData("""{"tool_choice":"required"}""", "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", null)]
    [InlineData("""{"tools":[{"type":"function"}]}""", null, "tools[0].function", "missing_required_parameter")]
    public async Task What_is_wrong_with_tools_is_named(string extra, string? message, string param, string? code)
    {
        var request = new Dictionary<string, object> { ["model"] = TestCatalogue.Fast, ["messages"] = Messages };
        foreach (var field in JsonElement.Parse(extra).EnumerateObject()) request[field.Name] = field.Value;
        var answer = await platform.Client.Ask(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        var error = answer.Body.GetProperty("error");
        Assert.Equal((param, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        if (message is not null) Assert.Equal(message, error.GetProperty("message").GetString());
    }
}
