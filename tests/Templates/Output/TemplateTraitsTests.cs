using System.Runtime.CompilerServices;
using Platform.Templates.Output;

namespace Platform.Templates.Tests.Output;

/// <summary>What the templates of real models tell of them; the templates lie beside the repository.</summary>
public sealed class TemplateTraitsTests
{
    public static TheoryData<string> Templates => Directory.Exists(Folder()) ? [.. Directory.GetFiles(Folder(), "*.jinja").Order().Select(file => Path.GetFileNameWithoutExtension(file))] : [""];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_says_how_its_model_answers(string name)
    {
        var traits = Of(name);
        Assert.NotEmpty(traits.Format.Name);
        Assert.True(traits.Thinks || traits is { ThinkingSwitch: null, OpensThinking: (false, false, false) });
    }

    [Theory]
    [InlineData("Qwen-Qwen3-0.6B", "hermes")]
    [InlineData("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "hermes")]
    [InlineData("ibm-granite-granite-4.0", "hermes")]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", "llama3")]
    [InlineData("meta-llama-Llama-3.3-70B-Instruct", "llama3")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "mistral-args")]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "deepseek")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", "deepseek")]
    [InlineData("openai-gpt-oss-120b", "harmony")]
    [InlineData("GLM-4.6", "glm")]
    [InlineData("Qwen3-Coder", "qwen-coder")]
    [InlineData("Kimi-K2-Instruct", "kimi")]
    [InlineData("google-gemma-2-2b-it", "json")]
    [InlineData("microsoft-Phi-3.5-mini-instruct", "json")]
    public void The_form_of_calls_follows_from_the_template(string name, string format) => Assert.Equal(format, Of(name).Format.Name);

    /// <summary>Whether the prompt ends within the model's thoughts is what llama.cpp's server tests see of these templates.</summary>
    [Theory]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "enable_thinking", true, false)]
    [InlineData("Qwen-QwQ-32B", "enable_thinking", true, false)]
    [InlineData("Qwen-Qwen3-0.6B", "enable_thinking", false, false)]
    [InlineData("openai-gpt-oss-120b", "reasoning_effort", false, false)]
    [InlineData("llama-cpp-deepseek-r1", null, true, true)]
    [InlineData("Apriel-1.6-15b-Thinker-fixed", null, true, true)]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "enable_thinking", false, false)]
    [InlineData("google-gemma-4-31B-it", "enable_thinking", false, false)]
    [InlineData("Apertus-8B-Instruct", "enable_thinking", false, false)]
    public void Thinking_is_switched_as_the_template_has_it(string name, string? named, bool on, bool off)
    {
        var traits = Of(name);
        Assert.Equal((true, named, on, off), (traits.Thinks, traits.ThinkingSwitch, traits.OpensThinking.On, traits.OpensThinking.Off));
    }

    [Theory]
    [InlineData("Qwen3-Coder")]
    [InlineData("google-gemma-2-2b-it")]
    [InlineData("MiniMax-M1")]
    [InlineData("meta-llama-Llama-3.3-70B-Instruct")]
    public void A_model_without_thoughts_has_none(string name) => Assert.False(Of(name).Thinks);

    private static TemplateTraits Of(string name)
    {
        var file = Path.Combine(Folder(), $"{name}.jinja");
        Assert.SkipUnless(File.Exists(file), "the templates of real models are not there");
        var source = File.ReadAllText(file);
        return TemplateTraits.Of(source, ChatTemplate.Parse(source));
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../shared/golden/templates"));
}
