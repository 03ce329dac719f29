using Platform.Catalog.Gguf;

namespace Platform.Catalog.Families;

/// <summary>The family a model belongs to, told from its file: many share the architecture <c>llama</c>, so its name and template speak first.</summary>
public static class ModelFamily
{
    /// <summary>What a word of the name begins with, and the family it stands for. The first that fits counts: distilled models are named after both.</summary>
    private static readonly (string Mark, string Family)[] Marks =
    [
        ("deepseek", "deepseek"), ("minicpm", "minicpm"), ("smollm3", "smollm3"), ("smollm2", "smollm2"), ("smollm", "smollm"), ("qwen3", "qwen3"), ("qwen2.5", "qwen2.5"), ("qwen2", "qwen2"), ("qwq", "qwen2.5"), ("qwen", "qwen"),
        ("ministral", "mistral"), ("mixtral", "mistral"), ("mistral", "mistral"), ("codestral", "mistral"), ("devstral", "mistral"), ("magistral", "mistral"), ("gemma-4", "gemma4"), ("gemma-3", "gemma3"), ("gemma-2", "gemma2"), ("gemma", "gemma"),
        ("phi-4", "phi4"), ("phi-3", "phi3"), ("phi-", "phi"), ("yi-", "yi"), ("llama-4", "llama4"), ("llama-3", "llama3"), ("llama-2", "llama2"), ("gpt-oss", "gpt-oss"), ("granite", "granite"),
    ];

    private static readonly (string Mark, string Family)[] TemplateMarks =
    [
        ("named SmolLM", "smollm2"), ("created by Alibaba Cloud", "qwen2.5"), ("<|header_start|>", "llama4"), ("<|start_header_id|>", "llama3"), ("<start_of_turn>", "gemma"), ("[INST]", "mistral"),
        ("<｜User｜>", "deepseek"), ("<|end|>\\n<|assistant|>", "phi3"), ("<用户>", "minicpm"),
    ];

    private static readonly string[] OwnArchitectures = ["qwen2", "qwen2moe", "qwen3", "qwen3moe", "gemma", "gemma2", "gemma3", "gemma3n", "phi2", "phi3", "deepseek", "deepseek2", "minicpm", "minicpm3", "smollm3", "llama4", "gpt-oss", "granite"];

    public static string Of(GgufHeader header)
    {
        foreach (var name in new[] { header.Name, header.Text("general.basename"), header.Text("general.base_model.0.name") })
        {
            if (name is not null && Marks.FirstOrDefault(mark => Dashed(name).Contains("-" + mark.Mark, StringComparison.OrdinalIgnoreCase)) is { Family: { } family }) return family;
        }

        if (OwnArchitectures.Contains(header.Architecture)) return header.Architecture;
        return header.ChatTemplate is { } template && TemplateMarks.FirstOrDefault(mark => template.Contains(mark.Mark, StringComparison.Ordinal)) is { Family: { } told } ? told : header.Architecture;
    }

    private static string Dashed(string name) => "-" + name.Replace(' ', '-').Replace('_', '-');
}
