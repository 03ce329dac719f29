using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

/// <summary>Function calls and answers in a form, in the shapes of both APIs.</summary>
public class ToolTests(PlatformFixture platform)
{
    private const string Parameters = """{"type":"object","properties":{"city":{"type":"string","maxLength":20},"unit":{"type":"string","enum":["C","F"]}},"required":["city","unit"],"additionalProperties":false}""";
    private const string Tools = $$"""[{"type":"function","name":"get_weather","description":"Gets the weather.","parameters":{{Parameters}},"strict":true}]""";

    private HttpClient Client => platform.Client;

    [Fact]
    public async Task A_call_is_streamed_in_the_recorded_order_and_its_output_is_answered()
    {
        var events = await Client.Stream($$"""{"model":"{{TestCatalogue.SmolLm}}","input":"What is the weather in Paris?","seed":1,"max_output_tokens":200,"stream":true,"tools":{{Tools}},"tool_choice":"required","parallel_tool_calls":false}""");
        Assert.All(events, one => OpenAiSchemas.Check("ResponseStreamEvent", WithName(one.Data)));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done", "response.completed"],
            events.Select(one => one.Name).Distinct());
        var response = events[^1].Data.GetProperty("response");
        OpenAiSchemas.Check("Response", response);
        var call = response.GetProperty("output")[0];
        Assert.Equal(("function_call", "get_weather", "completed"), (call.GetProperty("type").GetString(), call.GetProperty("name").GetString(), call.GetProperty("status").GetString()));
        Assert.Equal(call.GetProperty("arguments").GetString(), string.Concat(events.Where(one => one.Name.EndsWith("arguments.delta", StringComparison.Ordinal)).Select(one => one.Data.GetProperty("delta").GetString())));
        Assert.Contains(JsonDocument.Parse(call.GetProperty("arguments").GetString()!).RootElement.GetProperty("unit").GetString(), (string[])["C", "F"]);

        var answer = await Client.Respond($$"""{"model":"{{TestCatalogue.SmolLm}}","previous_response_id":"{{response.Id()}}","max_output_tokens":16,"tools":{{Tools}},"input":[{"type":"function_call_output","call_id":"{{call.GetProperty("call_id").GetString()}}","output":"22 celsius"}],"tool_choice":"none"}""");
        Assert.Equal("message", answer.GetProperty("output")[0].GetProperty("type").GetString());
        var (_, items) = await Client.GetAnswer($"v1/responses/{answer.Id()}/input_items?order=asc");
        Assert.Equal(["message", "function_call", "function_call_output"], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(events.Select(one => one.Data.GetRawText()), (await Client.StreamAgain(response.Id())).Select(one => one.Data.GetRawText()));
    }

    [Fact]
    public async Task An_answer_keeps_to_its_schema()
    {
        var response = await Client.Respond($$$$"""{"model":"{{{{TestCatalogue.SmolLm}}}}","input":"Where?","seed":1,"max_output_tokens":200,"text":{"format":{"type":"json_schema","name":"place","schema":{{{{Parameters}}}},"strict":true}}}""");
        Assert.Equal("completed", response.GetProperty("status").GetString());
        var answer = JsonDocument.Parse(response.OutputText()).RootElement;
        Assert.Equal(["city", "unit"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("json_schema", response.GetProperty("text").GetProperty("format").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":true}]}""", "tools[0].parameters", "invalid_function_parameters")]
    [InlineData("""{"tool_choice":"required"}""", "tool_choice", null)]
    [InlineData("""{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"function","name":"g"}}""", "tool_choice.name", null)]
    [InlineData("""{"text":{"format":{"type":"json_schema","schema":{}}}}""", "text.format.name", null)]
    [InlineData("""{"tools":[{"type":"web_search"}]}""", "tools[0].type", null)]
    public async Task What_is_wrong_with_a_tool_or_a_form_is_named_as_this_API_has_it(string fields, string param, string? code)
    {
        using var response = await Client.PostJson("v1/responses", $$"""{"model":"{{TestCatalogue.Fast}}","input":"a",{{fields[1..]}}""");
        var error = await response.Error();
        Assert.Equal((400, param), ((int)response.StatusCode, error.Param));
        if (code is not null) Assert.Equal(code, error.Code);
    }

    /// <summary>In the words of OpenAI's service, where a call is answered by nothing or an output answers no call.</summary>
    [Theory]
    [InlineData("""{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}""", "No tool output found for function call call_1.")]
    [InlineData("""{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"},{"type":"function_call","call_id":"call_2","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"1"}""", "No tool output found for function call call_2.")]
    [InlineData("""{"type":"function_call_output","call_id":"call_3","output":"1"}""", "No tool call found for function call output with call_id call_3.")]
    public async Task A_call_that_nothing_answers_and_an_answer_to_no_call_are_refused(string items, string message)
    {
        await Refused("v1/responses", "false");
        await Refused("v1/responses", "true");
        await Refused("v1/responses/input_tokens", "false");

        async Task Refused(string path, string stream)
        {
            using var response = await Client.PostJson(path, $$"""{"model":"{{TestCatalogue.Fast}}","stream":{{stream}},"input":[{"role":"user","content":"a"},{{items}},{"role":"user","content":"b"}]}""");
            var error = (await response.Json()).GetProperty("error");
            Assert.Equal((400, message), ((int)response.StatusCode, error.GetProperty("message").GetString()));
            Assert.Equal(("input", null, "invalid_request_error"), await response.Error());
        }
    }

    [Fact]
    public async Task A_call_of_the_response_before_is_to_be_answered_before_anything_else_is_said()
    {
        var called = await Client.Respond($$"""{"model":"{{TestCatalogue.SmolLm}}","input":"What is the weather in Paris?","seed":1,"max_output_tokens":200,"tools":{{Tools}},"tool_choice":"required","parallel_tool_calls":false}""");
        var call = called.GetProperty("output")[0].GetProperty("call_id").GetString();
        string Next(string input) => $$"""{"model":"{{TestCatalogue.SmolLm}}","previous_response_id":"{{called.Id()}}","max_output_tokens":16,"input":{{input}}}""";
        using var response = await Client.PostJson("v1/responses", Next("\"Thanks\""));
        Assert.Equal((400, $"No tool output found for function call {call}."), ((int)response.StatusCode, (await response.Json()).GetProperty("error").GetProperty("message").GetString()));
        Assert.Equal("response", (await Client.Respond(Next($$"""[{"type":"function_call_output","call_id":"{{call}}","output":"22"},{"role":"user","content":"Thanks"}]"""))).GetProperty("object").GetString());
    }

    [Fact]
    public async Task Log_probabilities_come_with_their_text_and_are_there_again()
    {
        var events = await Client.Stream($$"""{"model":"{{TestCatalogue.SmolLm}}","input":"Hello","temperature":0,"max_output_tokens":16,"stream":true,"include":["message.output_text.logprobs"],"top_logprobs":2}""");
        Assert.All(events, one => OpenAiSchemas.Check("ResponseStreamEvent", one.Data));
        var response = events[^1].Data.GetProperty("response");
        var logprobs = response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("logprobs");
        Assert.Equal(response.OutputText(), string.Concat(logprobs.EnumerateArray().Select(token => token.GetProperty("token").GetString())));
        Assert.All(logprobs.EnumerateArray(), token => Assert.Equal(2, token.GetProperty("top_logprobs").GetArrayLength()));
        Assert.Equal(logprobs.GetArrayLength(), events.Where(one => one.Name == "response.output_text.delta").Sum(one => one.Data.GetProperty("logprobs").GetArrayLength()));
        Assert.Equal(events.Select(one => one.Data.GetRawText()), (await Client.StreamAgain(response.Id())).Select(one => one.Data.GetRawText()));
    }

    [Fact]
    public async Task A_tool_is_used_in_Anthropics_shape()
    {
        var tools = $$"""[{"name":"get_weather","description":"Gets the weather.","input_schema":{{Parameters}}}]""";
        using var response = await Client.PostJson("v1/messages", $$$"""{"model":"{{{TestCatalogue.SmolLm}}}","max_tokens":200,"seed":1,"messages":[{"role":"user","content":"What is the weather in Paris?"}],"tools":{{{tools}}},"tool_choice":{"type":"any","disable_parallel_tool_use":true}}""");
        var message = await response.Json();
        Assert.True(response.IsSuccessStatusCode, message.GetRawText());
        var use = message.GetProperty("content").EnumerateArray().Single(block => block.GetProperty("type").GetString() == "tool_use");
        Assert.Equal(("tool_use", "get_weather"), (message.GetProperty("stop_reason").GetString(), use.GetProperty("name").GetString()));
        Assert.Contains(use.GetProperty("input").GetProperty("unit").GetString(), (string[])["C", "F"]);

        using var answer = await Client.PostJson("v1/messages", $$$"""{"model":"{{{TestCatalogue.SmolLm}}}","max_tokens":8,"messages":[{"role":"user","content":"What is the weather in Paris?"},{"role":"assistant","content":[{{{use.GetRawText()}}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{use.Id()}}}","content":[{"type":"text","text":"22"}]}]}],"tools":{{{tools}}},"tool_choice":{"type":"none"}}""");
        Assert.Equal("text", (await answer.Json()).GetProperty("content")[0].GetProperty("type").GetString());
    }

    /// <summary>The description asks for the function's name on <c>arguments.done</c>; OpenAI's own service leaves it out, and so do we.</summary>
    private static JsonElement WithName(JsonElement data) =>
        data.GetProperty("type").GetString() == "response.function_call_arguments.done" ? JsonDocument.Parse($"{data.GetRawText()[..^1]},\"name\":\"f\"}}").RootElement : data;
}
