using System.Text;
using Platform.Catalog.Gguf;

namespace Platform.Catalog.Tests;

public sealed class GgufHeaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gguf").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Bundled
    {
        get
        {
            var catalog = new ModelCatalog(new CatalogOptions());
            var model = catalog.Models.Single(model => model.Kind == ModelKind.Chat);
            return catalog.PathOf(model, model.Files[0]);
        }
    }

    [Fact]
    public void The_bundled_model_tells_what_it_is()
    {
        var header = GgufHeader.Read(Bundled);
        Assert.Equal("llama", header.Architecture);
        Assert.Equal(8192, header.ContextLength);
        Assert.Equal("Q4_1", header.FileType);
        Assert.Equal("apache-2.0", header.License);
        Assert.True(header.HasChatTemplate);
        Assert.False(header.IsEmbedding);
        Assert.Equal(98_362_432, header.Bytes);
        Assert.Equal(49152, header.Number("llama.vocab_size"));
    }

    [Fact]
    public async Task A_model_of_the_operator_is_described_by_its_file()
    {
        var path = Path.Combine(folder, "Some Model.Q4_1.gguf");
        File.CreateSymbolicLink(path, Bundled);
        var model = await GgufModel.DescribeAsync(path, null, TestContext.Current.CancellationToken);
        Assert.Equal("some-model.q4_1", model.Id);
        Assert.Equal(8192, model.ContextLength);
        Assert.Equal("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", model.Files[0].Sha256);
        Assert.Equal("smollm2", model.Family);
    }

    [Fact]
    public void A_header_cut_anywhere_is_refused()
    {
        var whole = Header(("general.architecture", "llama"), ("general.name", "x"));
        for (var length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length]);
        }

        Assert.Equal("x", GgufHeader.Read(Written(whole)).Name);
    }

    [Fact]
    public void Lengths_larger_than_the_file_are_refused_before_memory_is_taken()
    {
        var claims = new List<byte[]>
        {
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, ulong.MaxValue),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, ulong.MaxValue),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, (ulong)int.MaxValue),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, 1UL, (byte)'k', 8u, 1UL << 62),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, 1UL, (byte)'k', 9u, 12u, 1UL << 61),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, 1UL, (byte)'k', 9u, 9u, 1UL, 9u, 1UL, 9u, 1UL, 9u, 1UL, 0u, 0UL),
            Bytes("GGUF"u8.ToArray(), 3u, 0UL, 1UL, 1UL, (byte)'k', 77u, 0UL),
            Bytes("GGUF"u8.ToArray(), 1u, 0UL, 0UL),
            Bytes("GGML"u8.ToArray(), 3u, 0UL, 0UL),
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        claims.ForEach(Refused);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public async Task A_file_that_is_no_model_to_serve_is_refused_with_the_reason()
    {
        var nothing = Written(Header(("general.name", "x")));
        Assert.Contains("general.architecture", (await Assert.ThrowsAsync<CatalogException>(() => GgufModel.DescribeAsync(nothing, null, default))).Message, StringComparison.Ordinal);
        Assert.Contains("none.gguf", (await Assert.ThrowsAsync<CatalogException>(() => GgufModel.DescribeAsync(Path.Combine(folder, "none.gguf"), null, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_pools_into_a_rank_is_a_ranking_model()
    {
        var model = await GgufModel.DescribeAsync(Written(Header(("general.architecture", "bert"), ("bert.context_length", 512u), ("bert.embedding_length", 384u), ("bert.pooling_type", 4u))), null, default);
        Assert.Equal((ModelKind.Embedding, 1, VectorPooling.Rank), (model.Kind, model.Embedding!.Dimensions, model.Embedding.Pooling));
    }

    [Fact]
    public async Task A_file_that_names_a_pooling_is_an_embedding_model()
    {
        var model = await GgufModel.DescribeAsync(Written(Header(("general.architecture", "bert"), ("bert.context_length", 8192u), ("bert.embedding_length", 384u), ("bert.pooling_type", 2u))), null, default);
        Assert.Equal((ModelKind.Embedding, "llama.cpp", 2048, 384, null), (model.Kind, model.Engine, model.ContextLength, model.Embedding!.Dimensions, model.Embedding.Pooling));
    }

    private void Refused(byte[] content)
    {
        var path = Written(content);
        Assert.Contains(path, Assert.Throws<CatalogException>(() => GgufHeader.Read(path)).Message, StringComparison.Ordinal);
    }

    private string Written(byte[] content)
    {
        var path = Path.Combine(folder, "some.gguf");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Header(params (string Key, object Value)[] pairs) =>
        Bytes([.. new object[] { "GGUF"u8.ToArray(), 3u, 0UL, (ulong)pairs.Length }, .. pairs.SelectMany(pair => new object[] { pair.Key, pair.Value is string ? 8u : 4u, pair.Value })]);

    private static byte[] Bytes(params object[] parts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var part in parts)
        {
            switch (part)
            {
                case byte[] bytes: writer.Write(bytes); break;
                case byte one: writer.Write(one); break;
                case uint number: writer.Write(number); break;
                case ulong number: writer.Write(number); break;
                case string text: writer.Write((ulong)Encoding.UTF8.GetByteCount(text)); writer.Write(Encoding.UTF8.GetBytes(text)); break;
                default: throw new ArgumentException($"{part.GetType()}");
            }
        }

        return stream.ToArray();
    }
}
