using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.Catalog.Tests;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly CatalogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_bundled_catalogue_names_a_chat_model_whose_file_has_the_hash_it_says()
    {
        var catalog = new ModelCatalog(new CatalogOptions());
        var model = Assert.Single(catalog.Models, model => model.Kind == ModelKind.Chat);
        Assert.Equal("smollm2-135m-instruct", model.Id);
        Assert.Equal(8192, model.ContextLength);
        Assert.True(File.Exists(catalog.PathOf(model, model.Files[0])));
        await catalog.VerifyAsync(model, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_bundled_catalogue_names_an_embedding_model_whose_files_have_the_hashes_it_says()
    {
        var catalog = new ModelCatalog(new CatalogOptions());
        var model = Assert.Single(catalog.Models, model => model.Kind == ModelKind.Embedding);
        Assert.Equal(("all-minilm-l6-v2", "onnx", 256, 384), (model.Id, model.Engine, model.ContextLength, model.Embedding!.Dimensions));
        Assert.EndsWith("all-minilm-l6-v2/vocab.txt", model.FileNamed("vocab.txt")!.Path, StringComparison.Ordinal);
        await catalog.VerifyAsync(model, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_model_is_found_by_its_id_and_its_aliases()
    {
        folder.Bundled(folder.Model("org/tiny", """, "aliases": ["tiny"]"""));
        folder.Own("""{ "aliases": { "gpt-4o-mini": "org/tiny" } }""");
        var catalog = new ModelCatalog(folder.Options);
        Assert.Equal("org/tiny", catalog.Find("org/tiny")?.Id);
        Assert.Equal("org/tiny", catalog.Find("tiny")?.Id);
        Assert.Equal("org/tiny", catalog.Find("gpt-4o-mini")?.Id);
        Assert.Equal(["gpt-4o-mini", "tiny"], catalog.Find("tiny")!.Aliases);
        Assert.Null(catalog.Find("TINY"));
        Assert.Equal(folder.At("model.gguf"), catalog.PathOf(catalog.Models[0], catalog.Models[0].Files[0]));
    }

    [Fact]
    public void An_operators_model_replaces_the_bundled_one_of_its_id_and_its_paths_start_at_its_own_file()
    {
        folder.Own($$"""{ "models": [{{folder.Model(path: "../model.gguf", more: """, "slots": 3, "prices": { "input": 1.5 }""")}}] }""");
        var model = Assert.Single(new ModelCatalog(folder.Options).Models);
        Assert.Equal(3, model.Slots);
        Assert.Equal(1.5m, model.Prices.Input);
        Assert.Equal(folder.At("model.gguf"), model.Files[0].Path);
    }

    public static TheoryData<string, string> BrokenModels => new()
    {
        { """{ "id": "tiny", "kind": "chat", "engine": "llama.cpp", "files": [] , "context_length": 512 }""", "model tiny: files: at least one" },
        { """{ "id": "tiny", "kind": "chat", "engine": "llama.cpp", "files": [{ "path": "gone.gguf", "sha256": "#" }], "context_length": 512 }""", "gone.gguf is not there" },
        { """{ "id": "tiny", "kind": "chat", "engine": "llama.cpp", "files": [{ "path": "model.gguf", "sha256": "XYZ" }], "context_length": 512 }""", "model tiny: files: sha256: \"XYZ\"" },
        { """{ "id": "tiny", "kind": "chat", "engine": "llama.cpp", "files": [{ "path": "model.gguf", "sha256": "#", "bytes": 5 }], "context_length": 512 }""", "has 18 bytes, not 5" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 0 }""", "model tiny: context_length: 0 is less than 1" },
        { """{ "id": "tiny", "kind": "chat", "engine": "vllm", "context_length": 512 }""", "model tiny: engine: \"vllm\" is none of" },
        { """{ "id": "tiny", "kind": "poetry", "engine": "bigram", "context_length": 512 }""", "model tiny: kind: " },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram" }""", "context_length" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "contxt": 1 }""", "contxt" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "slots": 0 }""", "model tiny: slots: 0" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "cache_tokens": 100 }""", "model tiny: cache_tokens: 100 is less than 512" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "prices": { "output": -1 } }""", "model tiny: prices.output: -1" },
        { """{ "id": "tiny", "kind": "embedding", "engine": "onnx", "files": [{ "path": "model.gguf", "sha256": "#" }], "context_length": 512 }""", "model tiny: embedding: is needed" },
        { """{ "id": "tiny", "kind": "embedding", "engine": "onnx", "files": [{ "path": "model.gguf", "sha256": "#" }], "context_length": 512, "embedding": { "dimensions": 8 } }""", "model tiny: files: vocab.txt is needed" },
        { """{ "id": "tiny", "kind": "embedding", "engine": "onnx", "files": [{ "path": "model.gguf", "sha256": "#" }], "context_length": 512, "embedding": { "dimensions": 0 } }""", "model tiny: embedding.dimensions: 0 is less than 1" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "embedding": { "dimensions": 8 } }""", "model tiny: embedding: is for embedding models" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "cache_type": "q9" }""", "model tiny: cache_type: \"q9\" is none of f32, f16" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "cache_type": "q8_0", "flash_attention": false }""", "model tiny: flash_attention: a q8_0 cache works with flash attention only" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "gpu_layers": -2 }""", "model tiny: gpu_layers: -2" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "threads": 1000 }""", "model tiny: threads: 1000 is more than 512" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "tensor_split": [0, 0] }""", "model tiny: tensor_split: 0, 0 are no shares" },
        { """{ "id": "tiny", "kind": "chat", "engine": "bigram", "context_length": 512, "adapter": { "path": "a.gguf", "sha256": "#" } }""", "model tiny: adapter: the engine bigram knows no adapters" },
        { """{ "id": "tiny", "kind": "chat", "engine": "llama.cpp", "files": [{ "path": "model.gguf", "sha256": "#" }], "context_length": 512, "adapter": { "path": "a.gguf", "sha256": "#" } }""", "a.gguf is not there" },
        { """{ "id": "../etc", "kind": "chat", "engine": "bigram", "context_length": 512 }""", "id: \"../etc\" is not a name" },
        { """{ "kind": "chat", "engine": "bigram", "context_length": 512 }""", "model number 1: " },
        { """{ "id": "a", "kind": "chat", "engine": "bigram", "context_length": 1 }, { "id": "a", "kind": "chat", "engine": "bigram", "context_length": 1 }""", "model a: id: is there 2 times" },
        { """{ "id": "a", "kind": "chat", "engine": "bigram", "context_length": 1, "aliases": ["c"] }, { "id": "b", "kind": "chat", "engine": "bigram", "context_length": 1, "aliases": ["c"] }""", "aliases: \"c\" is there more than once" },
        { """{ "id": "a", "kind": "chat", "engine": "bigram", "context_length": 1, "aliases": ["a"] }""", "aliases: \"a\" is the id of a model" },
        { "17", "model number 1: " },
        { """{ "id": """, "catalog.json: " },
    };

    [Theory]
    [MemberData(nameof(BrokenModels))]
    public void A_broken_model_is_refused_with_file_model_and_field(string models, string expected)
    {
        folder.Bundled(models.Replace("#", folder.Hash, StringComparison.Ordinal));
        var error = Assert.Throws<CatalogException>(() => new ModelCatalog(folder.Options));
        Assert.Contains(folder.Options.File, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_that_leads_to_nothing_is_refused()
    {
        folder.Own("""{ "aliases": { "gpt-4o": "nobody" } }""");
        var error = Assert.Throws<CatalogException>(() => new ModelCatalog(folder.Options));
        Assert.Contains("models.json: model nobody: aliases: \"gpt-4o\" leads to nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_catalogue_names_the_setting()
    {
        var error = Assert.Throws<CatalogException>(() => new ModelCatalog(new CatalogOptions { File = folder.At("none.json") }));
        Assert.Contains("Platform:Catalog:File", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_other_content_fails_verification_and_one_verified_before_is_not_read_again()
    {
        var catalog = new ModelCatalog(folder.Options);
        await catalog.VerifyAsync(catalog.Models[0], TestContext.Current.CancellationToken);
        var written = File.GetLastWriteTimeUtc(folder.At("model.gguf"));

        File.WriteAllText(folder.At("model.gguf"), "not REALLY a model");
        File.SetLastWriteTimeUtc(folder.At("model.gguf"), written);
        await catalog.VerifyAsync(catalog.Models[0], TestContext.Current.CancellationToken);

        File.SetLastWriteTimeUtc(folder.At("model.gguf"), written.AddSeconds(1));
        var error = await Assert.ThrowsAsync<CatalogException>(() => catalog.VerifyAsync(catalog.Models[0], TestContext.Current.CancellationToken));
        Assert.Contains(folder.Hash, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_artifact_hash_changes_with_any_file()
    {
        var model = new ModelCatalog(folder.Options).Models[0];
        Assert.Equal(64, ModelCatalog.ArtifactHash(model).Length);
        Assert.NotEqual(ModelCatalog.ArtifactHash(model), ModelCatalog.ArtifactHash(model with { Files = [.. model.Files, new ModelFile("b", new string('a', 64))] }));
    }

    [Fact]
    public async Task A_changed_operator_file_is_read_within_seconds_and_a_broken_one_changes_nothing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging().AddCatalog(folder.Options);
        using var host = builder.Build();
        var catalog = host.Services.GetRequiredService<ModelCatalog>();
        using var changes = new SemaphoreSlim(0);
        catalog.Changed += () => changes.Release();
        await host.StartAsync(TestContext.Current.CancellationToken);

        folder.Own("""{ "aliases": { "one": "tiny" } }""");
        Assert.True(await changes.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.NotNull(catalog.Find("one"));

        folder.Own("""{ "aliases": { "one": """);
        Assert.Throws<CatalogException>(catalog.Reload);
        Assert.NotNull(catalog.Find("one"));

        folder.Own("""{ "aliases": { "another": "tiny" } }""");
        Assert.True(await changes.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.NotNull(catalog.Find("another"));
        Assert.Null(catalog.Find("one"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
