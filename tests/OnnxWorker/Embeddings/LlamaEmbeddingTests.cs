using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Catalog;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;

namespace Platform.OnnxWorker.Tests.Embeddings;

/// <summary>Vectors of a GGUF model, beside what llama.cpp's own server made of the same file (<c>--embeddings --pooling mean</c>).</summary>
public sealed class LlamaEmbeddingTests : IDisposable
{
    private const string Model = "smollm2-vectors";

    private static readonly string Root = LlamaNatives.Root;
    private static readonly List<(string Text, int[] Ids, float[] Vector)> Golden =
    [
        .. JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "tests/OnnxWorker/smollm2-mean.json"))).RootElement.GetProperty("cases").EnumerateArray()
            .Select(one => (one.GetProperty("text").GetString()!, one.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(), one.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("llama-vectors").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task They_are_those_of_the_reference_alone_in_a_batch_and_as_tokens()
    {
        await using var worker = await Start("""{"dimensions":576,"pooling":"mean","batch_size":4}""");
        var batch = await worker.Answer(Run([.. Golden.Select(one => one.Text)]));
        Assert.Null(batch.Error);
        Assert.Equal((Golden.Sum(one => one.Ids.Length), 576), (batch.PromptTokens, batch.Dimensions));
        var tokens = Read(await worker.Answer(Run() with { Tokens = [.. Golden.Select(one => one.Ids)] }));
        foreach (var (i, one) in Golden.Index())
        {
            var vector = Read(batch)[i];
            Assert.InRange(Cosine(one.Vector, vector), 0.999, 1.0001);
            Assert.Equal(1, Math.Sqrt(vector.Sum(x => (double)x * x)), 5);
            Assert.InRange(Cosine(vector, Read(await worker.Answer(Run(one.Text))).Single()), 0.9999, 1.0001);
            Assert.InRange(Cosine(vector, tokens[i]), 0.9999, 1.0001);
        }
    }

    [Fact]
    public async Task The_last_token_points_elsewhere_than_the_mean()
    {
        await using var worker = await Start("""{"dimensions":576,"pooling":"last"}""");
        Assert.InRange(Cosine(Golden[0].Vector, Read(await worker.Answer(Run(Golden[0].Text))).Single()), -1, 0.99);
    }

    [Fact]
    public async Task What_is_too_long_is_refused_or_cut_and_a_token_that_is_none_is_named()
    {
        await using var worker = await Start("""{"dimensions":576,"pooling":"mean"}""");
        var run = Run(string.Concat(Enumerable.Repeat("word ", 400)));
        Assert.Equal("context_length_exceeded", (await worker.Answer(run)).Error!.Code);
        Assert.Equal(256, (await worker.Answer(run with { Run = 2, Truncate = true })).PromptTokens);
        Assert.Contains("49152 is no token", (await worker.Answer(Run() with { Tokens = [[49_152]], Names = ["input[0]"] })).Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dimensions":576}""", "say how in the catalogue")]
    [InlineData("""{"dimensions":384,"pooling":"mean"}""", "576 dimensions, not 384")]
    public async Task What_the_catalogue_lacks_is_said(string embedding, string reason)
    {
        await using var worker = await WorkerRig.Start(Catalogue(embedding), ready: false);
        await Fixtures.Eventually.Holds(() => worker.Models.Missing().Any(problem => problem.Contains(reason, StringComparison.Ordinal)));
    }

    private Task<WorkerRig> Start(string embedding) => WorkerRig.Start(Catalogue(embedding));

    private CatalogOptions Catalogue(string embedding)
    {
        LlamaNatives.Fetch();
        using var product = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "infra/models/catalog.json")));
        var file = product.RootElement.GetProperty("models").EnumerateArray().First(model => model.GetProperty("id").GetString() == "smollm2-135m-instruct").GetProperty("files")[0];
        var path = Path.Combine(folder, "catalog.json");
        File.WriteAllText(path, $$"""
            {"models":[{"id":"{{Model}}","kind":"embedding","engine":"llama.cpp","context_length":256,"threads":1,"embedding":{{embedding}},
              "files":[{"path":"{{Path.Combine(Root, "infra/models", file.GetProperty("path").GetString()!)}}","sha256":"{{file.GetProperty("sha256").GetString()}}"}]}]}
            """);
        return new CatalogOptions { File = path };
    }

    private static RunEmbedding Run(params string[] texts) => WorkerRig.Run(texts) with { Model = Model };

    private static float[][] Read(EmbeddingAnswer answer) => [.. MemoryMarshal.Cast<byte, float>(answer.Vectors).ToArray().Chunk(answer.Dimensions)];

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
