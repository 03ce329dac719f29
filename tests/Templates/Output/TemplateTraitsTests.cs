using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Templates.Output;

namespace Platform.Templates.Tests.Output;

/// <summary>What the templates of real models tell of them; the templates lie beside the repository.</summary>
public sealed class TemplateTraitsTests
{
    public static TheoryData<string> Templates => Directory.Exists(Folder()) ? [.. Directory.GetFiles(Folder(), "*.jinja").Order().Select(file => Path.GetFileNameWithoutExtension(file))] : [""];

    private static IEnumerable<string> Names => Templates.Select(row => row.Data);

    public static TheoryData<string> TellingTools => [.. Names.Where(name => name.Length == 0 || OutputFormat.Of(Read(name)).TellsTools)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_says_how_its_model_answers(string name)
    {
        var traits = Of(name);
        Assert.NotEmpty(traits.Format.Name);
        Assert.True(traits.Thinks || traits is { ThinkingSwitch: null, OpensThinking: (false, false, false) });
    }

    /// <summary>Name, form of calls, what switches the thinking with the words it takes (off, low, medium, high), and whether the prompt opens it: by default, on, off. No switch: it does not think.</summary>
    public static TheoryData<string, string, string, string> Known => new()
    {
        { "Apertus-8B-Instruct", "apertus", "enable_thinking", "---" },
        { "Apriel-1.6-15b-Thinker-fixed", "apriel", "always", "ooo" },
        { "Bielik-11B-v3.0-Instruct", "hermes", "enable_thinking", "-o-" },
        { "Cohere2MoE", "command", "reasoning_effort none low medium high", "oo-" },
        { "CohereForAI-c4ai-command-r-plus-tool_use", "json", "", "" },
        { "CohereForAI-c4ai-command-r7b-12-2024-tool_use", "command", "enable_thinking", "---" },
        { "GLM-4.6", "glm", "enable_thinking", "---" },
        { "GigaChat3-10B-A1.8B", "json", "", "" },
        { "GigaChat3.1-10B-A1.8B", "json", "", "" },
        { "HuggingFaceTB-SmolLM3-3B", "json", "enable_thinking", "---" },
        { "Kimi-K2-Instruct", "kimi", "", "" },
        { "Kimi-K3", "kimi-3", "thinking", "oo-" },
        { "LFM2-8B-A1B", "json", "", "" },
        { "LFM2.5-8B-A1B", "json", "always", "---" },
        { "LFM2.5-Instruct", "json", "always", "---" },
        { "MiniMax-M1", "minimax-1", "", "" },
        { "MiniMax-M2", "minimax-2", "always", "ooo" },
        { "MiniMax-M3", "minimax", "thinking_mode disabled enabled enabled enabled", "-o-" },
        { "Mistral-Small-3.2-24B-Instruct-2506", "mistral-args", "", "" },
        { "NVIDIA-Nemotron-Nano-v2", "nemotron", "always", "ooo" },
        { "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "hermes", "", "" },
        { "NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "hermes", "", "" },
        { "Qwen-QwQ-32B", "hermes", "enable_thinking", "-o-" },
        { "Qwen-Qwen3-0.6B", "hermes", "enable_thinking", "---" },
        { "Qwen3-Coder", "qwen-coder", "", "" },
        { "Qwen3.5-4B", "qwen-coder", "enable_thinking", "oo-" },
        { "Reka-Edge", "hermes", "enable_thinking", "-o-" },
        { "StepFun3.5-Flash", "qwen-coder", "always", "ooo" },
        { "deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "deepseek", "always", "ooo" },
        { "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek", "enable_thinking", "-o-" },
        { "deepseek-ai-DeepSeek-V3.1", "deepseek", "enable_thinking", "-o-" },
        { "deepseek-ai-DeepSeek-V4-Flash-0731", "json", "enable_thinking", "-o-" },
        { "deepseek-ai-DeepSeek-V4", "json", "enable_thinking", "-o-" },
        { "fireworks-ai-llama-3-firefunction-v2", "json", "", "" },
        { "google-gemma-2-2b-it", "json", "", "" },
        { "google-gemma-4-31B-it", "gemma", "enable_thinking", "---" },
        { "ibm-granite-granite-3.3-2B-Instruct", "json", "thinking", "---" },
        { "ibm-granite-granite-4.0", "hermes", "", "" },
        { "ibm-granite-granite-4.1", "hermes", "", "" },
        { "llama-cpp-deepseek-r1", "deepseek", "always", "ooo" },
        { "llama-cpp-rwkv-world", "json", "enable_thinking", "-o-" },
        { "meetkai-functionary-medium-v3.1", "json", "", "" },
        { "meetkai-functionary-medium-v3.2", "json", "", "" },
        { "meta-llama-Llama-3.2-3B-Instruct", "llama3", "", "" },
        { "meta-llama-Llama-3.3-70B-Instruct", "llama3", "", "" },
        { "microsoft-Phi-3.5-mini-instruct", "json", "", "" },
        { "mistralai-Ministral-3-14B-Reasoning-2512", "mistral-args", "always", "---" },
        { "moonshotai-Kimi-K2", "kimi", "", "" },
        { "muse-glimmer", "muse", "reasoning_strength - low medium high", "---" },
        { "openai-gpt-oss-120b", "harmony", "reasoning_effort - low medium high", "---" },
        { "openbmb-MiniCPM5-1B", "json", "enable_thinking", "-o-" },
        { "poolside-Laguna-XS-2.1", "glm", "enable_thinking", "-o-" },
        { "poolside-Laguna-XS.2", "glm", "enable_thinking", "-o-" },
        { "tencent-Hy3", "hunyuan", "reasoning_effort no_think low high high", "-o-" },
        { "unsloth-Apriel-1.5", "apriel", "always", "---" },
        { "upstage-Solar-Open-100B", "solar", "reasoning_effort - low medium high", "---" },
    };

    /// <summary>Each was read by hand. Whether the prompt ends within the model's thoughts is what llama.cpp's server tests see of these templates.</summary>
    [Theory]
    [MemberData(nameof(Known))]
    public void A_template_tells_how_its_model_thinks_and_calls(string name, string format, string thinking, string opens)
    {
        var traits = Of(name);
        var words = traits.Words is { } told ? $" {told.Off ?? "-"} {told.Low} {told.Medium} {told.High}" : "";
        Assert.Equal((format, thinking), (traits.Format.Name, traits.Thinks ? (traits.ThinkingSwitch ?? "always") + words : ""));
        var (byDefault, on, off) = traits.OpensThinking;
        Assert.Equal(opens, traits.Thinks ? string.Concat(((bool[])[byDefault, on, off]).Select(opened => opened ? "o" : "-")) : "");
    }

    /// <summary>They append to a list, or print a generator as JSON: Jinja's own sandbox does not let them, either.</summary>
    private static readonly string[] SandboxRefuses = ["Kimi-K2-Instruct", "llama-cpp-deepseek-r1"];

    /// <summary>A model answers as its template shows it its own answers.</summary>
    [Theory]
    [MemberData(nameof(TellingTools))]
    public void What_a_template_shows_of_calls_is_read_as_those_calls(string name)
    {
        var (template, format) = (ChatTemplate.Parse(Read(name)), Of(name).Format);
        var form = MessageForm.Of(template);
        var tools = JsonNode.Parse("""
            [{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}}},
             {"type":"function","function":{"name":"stop","description":"d","parameters":{"type":"object","properties":{}}}}]
            """)!.AsArray(); // as written
        const string Asked = """{"role":"user","content":"Weather?"}""", Arguments = """{"city":"Bern \"x\"","days":2}""";
        var called = $$"""{"role":"assistant","content":null,"tool_calls":[{"id":"aaaaaaaa1","type":"function","function":{"name":"get_weather","arguments":{{JsonSerializer.Serialize(Arguments)}} } }]}""";
        string Rendered(string messages) => template.Render(new ChatTemplateInput { Messages = form.Shape(JsonNode.Parse($"[{messages}]")!), Tools = tools, AddGenerationPrompt = false }); // it is an array

        if (SandboxRefuses.Contains(name))
        {
            Assert.Throws<TemplateException>(() => Rendered($"{Asked},{called}"));
            return;
        }

        var (before, whole, sink) = (Rendered(Asked), Rendered($"{Asked},{called}"), new Told());
        var shown = whole[before.AsSpan().CommonPrefixLength(whole)..];
        var parser = format.Parser(sink, new OutputContext("chatcmpl-1", 0, Thinks: false, [.. tools.Select(tool => new Tool((string)tool!["function"]!["name"]!, tool["function"]!["parameters"].Deserialize<JsonElement>()))])); // as written
        parser.Append(Encoding.UTF8.GetBytes(shown));
        parser.End();

        var call = Assert.Single(sink.Calls);
        Assert.Equal("get_weather", call.Name);
        Assert.Contains("It rains.", Rendered($$"""{{Asked}},{{called}},{"role":"tool","tool_call_id":"aaaaaaaa1","content":"It rains."}"""), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Arguments), JsonNode.Parse(call.Arguments)), $"{shown}: {call.Arguments}");
    }

    /// <summary>What it is called differs.</summary>
    [Theory]
    [InlineData("openai-gpt-oss-120b")]
    [InlineData("LFM2.5-8B-A1B")]
    [InlineData("upstage-Solar-Open-100B")]
    [InlineData("Qwen-Qwen3-0.6B")]
    [InlineData("GLM-4.6")]
    public void What_was_thought_before_a_call_is_shown(string name)
    {
        var template = ChatTemplate.Parse(Read(name));
        var messages = MessageForm.Of(template).Shape(JsonNode.Parse("""
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"reasoning_content":"I must look.","tool_calls":[{"id":"aaaaaaaa1","type":"function","function":{"name":"f","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"aaaaaaaa1","content":"Sunny."}]
            """)!); // it is an array
        Assert.Contains("I must look.", template.Render(new ChatTemplateInput { Messages = messages }), StringComparison.Ordinal);
    }

    /// <summary>Also where the template knows no system, or wants the roles to alternate.</summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_shows_what_an_application_of_OpenAI_may_say(string name)
    {
        var template = ChatTemplate.Parse(Read(name));
        var messages = MessageForm.Of(template).Shape(JsonNode.Parse("""
            [{"role":"system","content":"Be brief."},{"role":"user","content":"Hi."},{"role":"user","content":"Weather?"},{"role":"assistant","content":"Sunny."},{"role":"user","content":"And then?"}]
            """)!); // it is an array
        var text = template.Render(new ChatTemplateInput { Messages = messages, Arguments = new JsonObject { ["functions"] = "[]", ["datetime"] = "now" } }); // firefunction demands them
        Assert.All(["Be brief.", "Hi.", "Weather?", "Sunny.", "And then?"], said => Assert.Contains(said, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_template_that_is_there_is_in_the_table() => Assert.All(Names.Where(name => name.Length > 0), name => Assert.Contains(Known, known => known.Data.Item1 == name));

    private static TemplateTraits Of(string name)
    {
        var source = Read(name);
        return TemplateTraits.Of(source, ChatTemplate.Parse(source));
    }

    private static string Read(string name)
    {
        var file = Path.Combine(Folder(), $"{name}.jinja");
        Assert.SkipUnless(File.Exists(file), "the templates of real models are not there");
        return File.ReadAllText(file);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../shared/golden/templates"));
}
