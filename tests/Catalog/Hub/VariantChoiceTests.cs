using Platform.Catalog.Hub;

namespace Platform.Catalog.Tests.Hub;

public sealed class VariantChoiceTests
{
    private const long Gigabyte = 1_000_000_000;

    [Fact]
    public void The_usual_quantisation_is_chosen_where_it_fits()
    {
        Assert.Equal("m-Q4_K_M.gguf", Choose(null, 32, ("m-Q8_0.gguf", 7.7), ("m-Q4_K_M.gguf", 4.4), ("m-Q5_K_M.gguf", 5.1), ("mmproj-f16.gguf", 0.1)).Variant.Name);
    }

    [Fact]
    public void A_small_model_gets_eight_bits()
    {
        var choice = Choose(null, 8, ("m-Q8_0.gguf", 0.5), ("m-Q4_K_M.gguf", 0.3));
        Assert.Equal("Q8_0", choice.Variant.Quantization);
        Assert.Contains("small", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_memory_does_not_hold_gives_way_to_fewer_bits()
    {
        var choice = Choose(null, 6, ("m-Q4_K_M.gguf", 4.8), ("m-Q3_K_M.gguf", 3.8), ("m-Q2_K.gguf", 2.9));
        Assert.Equal("Q3_K_M", choice.Variant.Quantization);
        Assert.Contains("Q4_K_M (4.8 GB) does not fit", choice.Reason, StringComparison.Ordinal);
        Assert.Contains("No file", Assert.Throws<CatalogException>(() => Choose(null, 2, ("m-Q4_K_M.gguf", 4.8), ("m-Q2_K.gguf", 2.9))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q5_k_m", "m-Q5_K_M.gguf")]
    [InlineData("m-fp16.gguf", "m-fp16.gguf")]
    [InlineData("F16", "m-fp16.gguf")]
    [InlineData("split/m-Q6_K-00002-of-00002.gguf", "split/m-Q6_K-00001-of-00002.gguf")]
    public void A_file_is_found_by_name_or_quantisation(string asked, string found) =>
        Assert.Equal(found, Choose(asked, 8, ("m-Q5_K_M.gguf", 1), ("m-fp16.gguf", 3), ("split/m-Q6_K-00001-of-00002.gguf", 1), ("split/m-Q6_K-00002-of-00002.gguf", 1)).Variant.Name);

    [Fact]
    public void What_is_not_there_is_answered_with_what_is()
    {
        Assert.Contains("Q8_0 (500 MB)", Assert.Throws<CatalogException>(() => Choose("Q2_K", 8, ("m-Q8_0.gguf", 0.5))).Message, StringComparison.Ordinal);
        Assert.Contains("often end in -GGUF", Assert.Throws<CatalogException>(() => Choose(null, 8, ("model.safetensors", 0.5))).Message, StringComparison.Ordinal);
        Assert.Contains("only 1 parts", Assert.Throws<CatalogException>(() => Choose("Q4_0", 8, ("m-Q4_0-00002-of-00003.gguf", 0.5))).Message, StringComparison.Ordinal);
    }

    private static VariantChoice Choose(string? asked, double memory, params (string Path, double Gigabytes)[] files) =>
        VariantChoice.Make(
            new HubRepository("acme/m", "c", "", null, [.. files.Select(file => new HubFile(file.Path, (long)(file.Gigabytes * Gigabyte), new string('a', 64)))]), asked, (long)(memory * Gigabyte));
}
