using Platform.Fixtures;
using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>LoRA adapters over the bundled model, made here: rank 4 on the queries of the first layer.</summary>
public sealed class AdapterTests(Bundled bundled) : IDisposable
{
    private const int Width = 576, Rank = 4;

    private readonly string folder = Directory.CreateTempSubdirectory("adapter").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_adapter_changes_what_the_model_says_by_its_scale()
    {
        var plain = Logits(null);
        var adapted = Logits(new AdapterFile(Adapter(strength: 0.05f)));
        Assert.Equal(plain, Logits(new AdapterFile(Adapter(strength: 0))));
        Assert.NotEqual(plain, adapted);
        Assert.NotEqual(adapted, Logits(new AdapterFile(Adapter(strength: 0.05f), Scale: 0.5)));
        Assert.Equal(plain, Logits(null));
    }

    [Fact]
    public void A_file_that_is_no_adapter_of_this_model_is_refused_with_the_reason()
    {
        Assert.Contains(Bundled.ModelPath, Assert.Throws<EngineException>(() => Logits(new AdapterFile(Bundled.ModelPath))).Message, StringComparison.Ordinal);
        Assert.Contains("no adapter file", Assert.Throws<EngineException>(() => Logits(new AdapterFile("/nowhere"))).Message, StringComparison.Ordinal);
        Assert.Throws<EngineException>(() => Logits(new AdapterFile(Adapter(strength: 1, width: 64))));
    }

    private float[] Logits(AdapterFile? adapter)
    {
        using var model = LlamaModel.Load(Bundled.ModelPath, new LoadOptions(Adapter: adapter));
        using var context = model.CreateContext(new ContextSpec(256, 1, 32, 1, 1));
        var tokens = bundled.Tokens("What is gravity?");
        for (var i = 0; i < tokens.Length; i++) context.Batch.Add(tokens[i], i, 0, output: i == tokens.Length - 1);
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        return context.Logits(0).ToArray();
    }

    private string Adapter(float strength, int width = Width)
    {
        var random = new Random(1);
        float[] Values(int count, float size) => [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble() - 0.5f) * size)];
        var path = Path.Combine(folder, $"{strength}-{width}.gguf");
        File.WriteAllBytes(path, GgufWriter.Bytes(
            [("general.architecture", "llama"), ("general.type", "adapter"), ("adapter.type", "lora"), ("adapter.lora.alpha", (float)Rank)],
            ("blk.0.attn_q.weight.lora_a", [width, Rank], Values(width * Rank, 1)),
            ("blk.0.attn_q.weight.lora_b", [Rank, width], Values(Rank * width, strength))));
        return path;
    }
}
