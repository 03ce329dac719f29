using Platform.Catalog.Families;
using Platform.Catalog.Gguf;
using Platform.Fixtures;

namespace Platform.Catalog.Tests.Families;

public sealed class ModelFamilyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("family").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("Qwen2.5 0.5B Instruct", "qwen2", "qwen2.5")]
    [InlineData("Qwen3 0.6B", "qwen3", "qwen3")]
    [InlineData("Yi-1.5-6B-Chat", "llama", "yi")]
    [InlineData("Meta Llama 3.1 8B Instruct", "llama", "llama3")]
    [InlineData("MiniCPM5-1B", "llama", "minicpm")]
    [InlineData("Mistral-7B-Instruct-v0.3", "llama", "mistral")]
    [InlineData("gemma-3-1b-it", "gemma3", "gemma3")]
    [InlineData("DeepSeek R1 Distill Qwen 1.5B", "qwen2", "deepseek")]
    [InlineData("Phi 3.5 Mini Instruct", "phi3", "phi3")]
    [InlineData("SmolLM2 135M Instruct", "llama", "smollm2")]
    [InlineData("dolphin of nobody", "phi3", "phi3")]
    [InlineData("something", "llama", "llama")]
    public void A_model_tells_its_family_by_its_name_and_else_by_its_architecture(string name, string architecture, string family) =>
        Assert.Equal(family, Of(("general.name", name), ("general.architecture", architecture)));

    [Theory]
    [InlineData("{{ '<|start_header_id|>' }}", "llama3")]
    [InlineData("{{ '[INST] ' }}", "mistral")]
    [InlineData("{{ '<｜User｜>' }}", "deepseek")]
    public void A_model_without_a_telling_name_is_known_by_its_template(string template, string family) =>
        Assert.Equal(family, Of(("general.architecture", "llama"), ("tokenizer.chat_template", template)));

    private string Of(params (string, object)[] pairs)
    {
        var path = Path.Combine(folder, "model.gguf");
        File.WriteAllBytes(path, GgufWriter.Bytes(pairs));
        return ModelFamily.Of(GgufHeader.Read(path));
    }
}
