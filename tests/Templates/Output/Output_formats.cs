using System.Text;
using System.Text.Json;
using Platform.Grammars;
using Platform.Templates.Output;

namespace Platform.Templates.Tests.Output;

/// <summary>What models write, and what is told of it.</summary>
public sealed class Output_formats
{
    private static readonly Tool[] Tools =
    [
        new("get_weather", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"],"additionalProperties":false}""")),
        new("stop", JsonElement.Parse("""{"type":"object","properties":{}}""")),
    ];

    /// <summary>Format, text, and thinking, content and calls as they are told.</summary>
    public static TheoryData<string, string, string> Texts => new()
    {
        { "hermes", "<think>\nhm\n</think>\n\nFine.", "thinks(hm) says(Fine.)" },
        { "hermes", "Let me see.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\", \"days\": 2}}\n</tool_call>\n<tool_call>\n{\"name\": \"stop\", \"arguments\": {}}\n</tool_call>",
            "says(Let me see.) calls(get_weather) with({\"city\": \"Bern\", \"days\": 2}) calls(stop) with({})" },
        { "hermes", "<tool_call>{\"arguments\": {\"city\": \"a}\\\"{\"}, \"name\": \"get_weather\"}</tool_call>", "calls(get_weather) with({\"city\": \"a}\\\"{\"})" },
        { "hermes", "a < b and <tool> stays", "says(a < b and <tool> stays)" },
        { "hermes", "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Be", "calls(get_weather) with({\"city\": \"Be)" },
        { "hermes", "<tool_call>\n{\"na", "" },
        { "llama3", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Bern\"}}; {\"name\": \"stop\", \"parameters\": {}}", "calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "llama3", "{\"answer\": 1}", "says({\"answer\": 1})" },
        { "json", "{\"name\": \"stop\", \"arguments\": {}}\n{\"name\": \"stop\", \"arguments\": {}}", "calls(stop) with({}) calls(stop) with({})" },
        { "command", "<|START_THINKING|>hm<|END_THINKING|><|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"get_weather\", \"parameters\": {\"city\": \"Bern\"}},\n    {\"tool_call_id\": \"1\", \"tool_name\": \"stop\", \"parameters\": {}}\n]<|END_ACTION|>",
            "thinks(hm) calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "command", "<|START_THINKING|>hm<|END_THINKING|>Fine.", "thinks(hm) says(Fine.)" },
        { "nemotron", "<think>hm</think>So: <TOOLCALL>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}, {\"name\": \"stop\", \"arguments\": {}}]</TOOLCALL> Done.", "thinks(hm) says(So:) calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({}) says(Done.)" },
        { "minimax-1", "<tool_calls>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}\n{\"name\": \"stop\", \"arguments\": {}}\n</tool_calls>", "calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "minimax-2", "<think>hm</think>\n\n<minimax:tool_call>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">Bern</parameter>\n<parameter name=\"days\">2</parameter>\n</invoke>\n<invoke name=\"stop\">\n</invoke>\n</minimax:tool_call>",
            "thinks(hm) calls(get_weather) with({\"city\": \"Bern\", \"days\": 2}) calls(stop) with({})" },
        { "minimax-2", "a <minimax> b", "says(a <minimax> b)" },
        { "gemma", "<|channel>thought\nhm\n<channel|>Fine.", "thinks(hm) says(Fine.)" },
        { "apertus", "<|inner_prefix|>hm<|inner_suffix|>Fine.", "thinks(hm) says(Fine.)" },
        { "apertus", "Fine.", "says(Fine.)" },
        { "minimax", "<mm:think>hm</mm:think>Fine.", "thinks(hm) says(Fine.)" },
        { "hunyuan", "<think:opensource>hm</think:opensource>Fine.", "thinks(hm) says(Fine.)" },
        { "kimi-3", "<|open|>think<|sep|>hm<|close|>think<|sep|><|open|>response<|sep|>Fine.<|close|>response<|sep|><|close|>message<|sep|>", "thinks(hm) says(Fine.)" },
        { "kimi-3", "Fine, a <b> c.<|close|>response<|sep|><|close|>message<|sep|>", "says(Fine, a <b> c.)" },
        { "solar", "<|think|>hm<|end|><|begin|>assistant<|content|>{\"name\": \"stop\", \"arguments\": {}}<|end|>", "thinks(hm) calls(stop) with({})" },
        { "solar", "<|content|>Fine.", "says(Fine.)" },
        { "muse", " to=self<|message|>hm<|eom|><|start|>assistant to=user<|message|>Fine.<|eot|>", "thinks(hm) says(Fine.)" },
        { "apriel", "Here are my reasoning steps:\nhm\n[BEGIN FINAL RESPONSE]\nFine.", "thinks(hm) says(Fine.)" },
        { "apriel", "Here are my reasoning steps:\nhm\n[BEGIN FINAL RESPONSE]\n<tool_calls>[{\"name\": \"stop\", \"arguments\": {}, \"id\": \"1\"}]</tool_calls>", "thinks(hm) calls(stop) with({})" },
        { "mistral", "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}, {\"name\": \"stop\", \"arguments\": {}}]", "calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "mistral-args", "[THINK]hm[/THINK][TOOL_CALLS]get_weather[ARGS]{\"city\": \"Bern\"}[TOOL_CALLS]stop[ARGS]{}", "thinks(hm) calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "deepseek", "<think>hm</think>One.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Bern\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>stop\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "thinks(hm) says(One.) calls(get_weather) with({\"city\": \"Bern\"}) calls(stop) with({})" },
        { "deepseek", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Bern\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "calls(get_weather) with({\"city\": \"Bern\"})" },
        { "kimi", "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{\"city\": \"Bern\"}<|tool_call_end|><|tool_calls_section_end|>", "calls(get_weather) with({\"city\": \"Bern\"})" },
        { "harmony", "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Fine.", "thinks(hm) says(Fine.)" },
        { "harmony", "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Bern\"}<|call|>", "thinks(hm) calls(get_weather) with({\"city\": \"Bern\"})" },
        { "harmony", "Just text", "says(Just text)" },
        { "qwen-coder", "Now.\n<tool_call>\n<function=get_weather>\n<parameter=city>\nBern\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>", "says(Now.) calls(get_weather) with({\"city\": \"Bern\", \"days\": 2})" },
        { "qwen-coder", "<tool_call>\n<function=stop>\n</function>\n</tool_call>", "calls(stop) with({})" },
        { "glm", "<think>hm</think><tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>12 \"x\"</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>\n<tool_call>stop\n</tool_call>",
            "thinks(hm) calls(get_weather) with({\"city\": \"12 \\\"x\\\"\", \"days\": 2}) calls(stop) with({})" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_told_apart_however_it_is_cut(string format, string text, string told)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Assert.Equal(told, Tell(format, utf8, utf8.Length));
        Assert.Equal(told, Tell(format, utf8, 1));
        Assert.Equal(told, Tell(format, utf8, 7));
    }

    [Theory]
    [InlineData("hermes")]
    [InlineData("llama3")]
    [InlineData("json")]
    [InlineData("gemma")]
    [InlineData("solar")]
    [InlineData("kimi-3")]
    [InlineData("command")]
    [InlineData("apriel")]
    [InlineData("nemotron")]
    [InlineData("minimax-1")]
    [InlineData("minimax-2")]
    [InlineData("mistral")]
    [InlineData("mistral-args")]
    [InlineData("deepseek")]
    [InlineData("kimi")]
    [InlineData("harmony")]
    [InlineData("qwen-coder")]
    [InlineData("glm")]
    public void What_the_grammar_of_a_format_allows_is_read_as_a_call(string format)
    {
        var grammar = OutputFormat.Named(format).Grammar(new ToolUse(Tools, Required: true, Parallel: false), Thinks.Maybe);
        Assert.Empty(grammar.Triggers);
        foreach (var seed in Enumerable.Range(0, 4))
        {
            var text = Random_walk.Through(Grammar.Parse(grammar.Gbnf), seed);
            var sink = new Told();
            var parser = OutputFormat.Named(format).Parser(sink, new OutputContext("chatcmpl-1", 0, Thinks: false, Tools));
            parser.Append(text);
            parser.End();
            Assert.Equal("", sink.Content);
            Assert.Contains(sink.Calls.Single().Name, Tools.Select(tool => tool.Name));
            Assert.Equal(JsonValueKind.Object, JsonElement.Parse(sink.Calls.Single().Arguments).ValueKind);
        }
    }

    [Theory]
    [InlineData("hermes")]
    [InlineData("deepseek")]
    [InlineData("qwen-coder")]
    [InlineData("glm")]
    [InlineData("harmony")]
    [InlineData("mistral")]
    [InlineData("solar")]
    public void Garbage_is_told_without_a_fault(string format)
    {
        var random = new Random(7);
        string[] parts = ["<tool_call>", "</tool_call>", "{\"name\"", ": \"stop\"", ", \"arguments\": {", "}", "]", "[", "\"", "\\", "<think>", "</think>", "<function=", ">", "</parameter>", "<arg_key>", "</arg_value>",
            "<|channel|>", "<|message|>", "<|end|>", "<|think|>", "<|content|>", "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "[TOOL_CALLS]", "é", " ", "\n", "x"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(_ => parts[random.Next(parts.Length)]));
            Assert.NotNull(Tell(format, Encoding.UTF8.GetBytes(text), 5));
        }
    }

    [Fact]
    public void Ids_of_calls_are_the_same_when_the_text_is_read_again()
    {
        var context = new OutputContext("chatcmpl-1", 0, Thinks: false, Tools);
        var format = OutputFormat.Named("hermes");
        Assert.Equal(format.CallId(context, 0), format.CallId(context, 0));
        Assert.NotEqual(format.CallId(context, 0), format.CallId(context, 1));
        Assert.NotEqual(format.CallId(context, 0), format.CallId(context with { Choice = 1 }, 0));
        Assert.Matches("^call_[A-Za-z0-9]{24}$", format.CallId(context, 0));
    }

    private static string Tell(string format, byte[] utf8, int piece)
    {
        var sink = new Told();
        var parser = OutputFormat.Named(format).Parser(sink, new OutputContext("chatcmpl-1", 0, Thinks: false, Tools));
        for (var i = 0; i < utf8.Length; i += piece)
        {
            parser.Append(utf8.AsSpan(i, Math.Min(piece, utf8.Length - i)));
        }

        parser.End();
        return sink.ToString();
    }
}
