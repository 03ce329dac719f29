using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class LayoutTests(Bundled bundled)
{
    [Fact]
    public void The_fetched_library_fits_the_binding()
    {
        Assert.NotNull(bundled.Model);
        Assert.Null(LayoutTest.Mismatch(LlamaLibrary.Version, LlamaApi.llama_model_default_params(), LlamaApi.llama_context_default_params()));
        Assert.NotEmpty(LlamaLibrary.Devices);
    }

    [Fact]
    public void Another_release_is_noticed() =>
        Assert.Contains("0.6.0", LayoutTest.Mismatch("0.6.0", LlamaApi.llama_model_default_params(), LlamaApi.llama_context_default_params()), StringComparison.Ordinal);

    [Fact]
    public void A_field_that_has_moved_is_noticed_though_the_size_is_the_same()
    {
        var context = LlamaApi.llama_context_default_params();
        (context.OutputsPerSequence, context.Threads) = ((uint)context.Threads, (int)context.OutputsPerSequence);
        var mismatch = LayoutTest.Mismatch(LlamaLibrary.Version, LlamaApi.llama_model_default_params(), context);
        Assert.Contains("n_outputs_max_per_seq is 4 instead of 1", mismatch, StringComparison.Ordinal);
        Assert.Contains("n_threads is 1 instead of 4", mismatch, StringComparison.Ordinal);

        var model = LlamaApi.llama_model_default_params();
        model.LoadMode = 1;
        Assert.Contains("load_mode", LayoutTest.Mismatch(LlamaLibrary.Version, model, LlamaApi.llama_context_default_params()), StringComparison.Ordinal);
    }
}
