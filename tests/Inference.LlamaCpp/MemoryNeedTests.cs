using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Catalog;
using Platform.Catalog.Memory;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>The catalogue's estimate against what llama.cpp says it takes.</summary>
public sealed partial class MemoryNeedTests(Bundled bundled)
{
    private const long Mebi = 1 << 20;

    [Theory]
    [InlineData(8192, 8, "f16", CacheType.F16, null)]
    [InlineData(8192, 8, "f16", CacheType.F16, false)]
    [InlineData(4096, 32, "q8_0", CacheType.Q80, null)]
    [InlineData(512, 1, "q4_0", CacheType.Q40, true)]
    [InlineData(16384, 2, "bf16", CacheType.Bf16, null)]
    public async Task The_estimate_is_never_below_what_is_taken_and_not_far_above(int context, int slots, string cacheType, CacheType type, bool? flash)
    {
        var need = MemoryNeed.Of(Entry(context, slots, cacheType, flash));
        Bundled.Lines.Clear();
        await using (new ContinuousBatcher(bundled.Model, new BatcherOptions(context, slots, 2 * context, CacheType: type, FlashAttention: flash)))
        {
            var lines = Bundled.Lines.Since(0);
            var cache = Told(lines, "KV buffer size");
            var buffers = Told(lines, "compute buffer size") + Told(lines, "output buffer size");
            Assert.InRange(need.Cache, cache - Mebi, cache + Mebi);
            Assert.InRange(need.Buffers, buffers + (32 * Mebi), (2 * buffers) + (96 * Mebi));
        }
    }

    [Fact]
    public async Task A_loaded_model_takes_no_more_memory_than_was_estimated()
    {
        var need = MemoryNeed.Of(Entry(8192, 8, "f16", null));
        GC.Collect();
        var before = Environment.WorkingSet;
        using var model = LlamaModel.Load(Bundled.ModelPath);
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(8192, 8, 16384));
        Assert.InRange(Environment.WorkingSet - before, need.Cache / 2, need.Total);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(2048)]
    public void A_loaded_model_of_vectors_takes_no_more_memory_than_was_estimated(int context)
    {
        var need = MemoryNeed.OfVectors(Entry(context, 1, "f16", null));
        GC.Collect();
        var before = Environment.WorkingSet;
        using var model = LlamaModel.Load(Bundled.ModelPath);
        using var embedder = model.CreateEmbedder(context, 1, 1, TokenPooling.Mean);
        embedder.Embed([[.. Enumerable.Range(1000, context)]], TestContext.Current.CancellationToken);
        Assert.InRange(Environment.WorkingSet - before, need.Cache / 2, need.Total);
    }

    private static CatalogModel Entry(int context, int slots, string cacheType, bool? flash) => new()
    {
        Id = "m", Kind = ModelKind.Chat, Engine = "llama.cpp", ContextLength = context, Slots = slots, CacheType = cacheType, FlashAttention = flash,
        Files = [new ModelFile(Bundled.ModelPath, new string('0', 64))],
    };

    private static long Told(IReadOnlyList<string> lines, string what) =>
        lines.Select(line => Amount().Match(line)).Where(match => match.Success && match.Groups[1].Value == what).Sum(match => (long)(double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * Mebi));

    [GeneratedRegex(@"(KV buffer size|compute buffer size|output buffer size) =\s*([\d.]+) MiB")]
    private static partial Regex Amount();
}
