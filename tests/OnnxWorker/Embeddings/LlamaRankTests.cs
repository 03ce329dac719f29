using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.Catalog;
using Platform.Contracts.Embeddings;

namespace Platform.OnnxWorker.Tests.Embeddings;

/// <summary>What a ranking GGUF model makes of documents, beside what llama.cpp's own server made of the same file (<c>--reranking</c>).</summary>
public sealed class LlamaRankTests : IDisposable
{
    private const string Model = "tiny-ranker", Query = "the cat sat";

    /// <summary>Documents and the scores that were recorded for them.</summary>
    private static readonly (string Document, float Score)[] Golden = [("the cat sat on the mat", 1.1757164f), ("the dog ran home", 0.24238119f), ("on the mat", 0.26481831f), ("home", 0.67085224f)];

    private readonly string folder = Directory.CreateTempSubdirectory("llama-rank").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Scores_are_those_of_the_reference_alone_and_together()
    {
        await using var worker = await WorkerRig.Start(Catalogue());
        var together = await worker.Answer(Run([.. Golden.Select(one => one.Document)]));
        Assert.Null(together.Error);
        Assert.Equal((1, Golden.Sum(one => Tokens(one.Document))), (together.Dimensions, together.PromptTokens));
        Assert.All(Scores(together).Zip(Golden), pair => Assert.Equal(pair.Second.Score, pair.First, 3));
        foreach (var (document, score) in Golden) Assert.Equal(score, Scores(await worker.Answer(Run(document))).Single(), 3);
    }

    [Fact]
    public async Task A_document_too_long_is_cut_where_that_is_allowed()
    {
        await using var worker = await WorkerRig.Start(Catalogue());
        var run = Run(string.Concat(Enumerable.Repeat("mat ", 100)));
        Assert.Equal("context_length_exceeded", (await worker.Answer(run)).Error!.Code);
        Assert.Equal(64, (await worker.Answer(run with { Run = 2, Truncate = true })).PromptTokens);
    }

    [Theory]
    [InlineData("""{"dimensions":1,"pooling":"rank"}""", "1 B", "are there for models of vectors")]
    [InlineData("""{"dimensions":32}""", "", "say how in the catalogue")]
    public async Task What_does_not_fit_or_is_no_model_of_vectors_is_not_served(string embedding, string budget, string reason)
    {
        await using var worker = await WorkerRig.Start(Catalogue(embedding), ready: false, budget);
        await Fixtures.Eventually.Holds(() => worker.Models.Missing().Any(problem => problem.Contains(reason, StringComparison.Ordinal)));
    }

    private CatalogOptions Catalogue(string embedding = """{"dimensions":1,"pooling":"rank","batch_size":4}""")
    {
        LlamaNatives.Fetch();
        var file = TinyRanker.File();
        File.WriteAllBytes(Path.Combine(folder, "ranker.gguf"), file);
        var path = Path.Combine(folder, "catalog.json");
        File.WriteAllText(path, $$"""{"models":[{"id":"{{Model}}","kind":"embedding","engine":"llama.cpp","context_length":64,"threads":1,"embedding":{{embedding}},"files":[{"path":"ranker.gguf","sha256":"{{Convert.ToHexStringLower(SHA256.HashData(file))}}"}]}]}""");
        return new CatalogOptions { File = path };
    }

    private static RunEmbedding Run(params string[] documents) => WorkerRig.Run(documents) with { Model = Model, Query = Query };

    private static float[] Scores(EmbeddingAnswer answer) => MemoryMarshal.Cast<byte, float>(answer.Vectors).ToArray();

    /// <summary>A mark before, one between, and a token a word.</summary>
    private static int Tokens(string document) => 2 + Query.Split(' ').Length + document.Split(' ').Length;
}
