using Platform.Inference.Onnx;
using Platform.Video.Tests.Wan;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Exports;

/// <summary>The same models as other exporters would have written them: loaded by their configuration alone, or refused by what does not fit.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData("t2v-unipc")]
    [InlineData("i2v-boundary")]
    public void Inputs_of_other_names_make_the_same_clip(string name)
    {
        using var export = new Export(GoldenCase.Load(name).Model);
        export.EditAll((graph, file) => graph.RenameInputs(input => graph.InputNames is [var one] ? $"x.{one}" : $"onnx::{input.Length + 7 * graph.InputNames.IndexOf(input)}{(input.Contains("mask") ? "_mask" : "")}"));
        Assert.InRange(DistanceOf(name, export.Folder), 0, 1e-4);
    }

    [Fact]
    public void Inputs_that_only_the_configuration_tells_apart_make_the_same_clip()
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Edit("text_encoder/model.onnx", graph =>
        {
            graph.RenameInputs(input => input.Contains("mask") ? "first" : "second");
            graph.ReverseInputs();
        });
        var refusal = Assert.Throws<InvalidDataException>(() => WanPipeline.Load(export.Folder, new OnnxOptions(1)));
        Assert.Contains("text_encoder/model.onnx", refusal.Message);
        Assert.Contains("'first' (int64 [", refusal.Message);
        Assert.Contains("\"onnx_inputs\": {\"mask\": ", refusal.Message);

        export.Configure("text_encoder/config.json", "\"onnx_inputs\": { \"ids\": \"second\", \"mask\": \"first\" }");
        Assert.InRange(DistanceOf("t2v-unipc", export.Folder), 0, 1e-4);
    }

    [Theory]
    [InlineData("t2v-unipc")]
    [InlineData("i2v-boundary")]
    public void Weights_in_a_file_beside_the_graph_make_the_same_clip(string name)
    {
        using var export = new Export(GoldenCase.Load(name).Model);
        export.EditAll((graph, file) => graph.ToExternalData($"{file}_data"));
        foreach (var graph in export.Graphs) Assert.True(new FileInfo($"{graph}_data").Length > 1000);
        Assert.InRange(DistanceOf(name, export.Folder), 0, 1e-4);
        File.Delete(Path.Combine(export.Folder, "transformer", "model.onnx_data"));
        Assert.Contains("model.onnx", Assert.Throws<InvalidDataException>(() => WanPipeline.Load(export.Folder, new OnnxOptions(1))).Message);
    }

    /// <summary>Half precision keeps 11 bits: a relative error of 2⁻¹¹ in every weight, input and output of every step.</summary>
    [Theory]
    [InlineData("t2v-unipc", 0.05)]
    [InlineData("i2v-boundary", 0.05)]
    [InlineData("shapes-wan-t2v", 0.05)]
    public void Numbers_of_half_precision_make_nearly_the_same_clip(string name, double tolerance)
    {
        using var export = new Export(GoldenCase.Load(name).Model);
        var before = new FileInfo(export.Graphs.First(graph => graph.Contains("transformer"))).Length;
        export.EditAll((graph, _) => graph.ToHalf());
        Assert.InRange(new FileInfo(export.Graphs.First(graph => graph.Contains("transformer"))).Length, 0, before * 0.9);
        Assert.InRange(DistanceOf(name, export.Folder), 1e-6, tolerance);
    }

    [Fact]
    public void A_timestep_in_double_precision_is_refused_by_name()
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Edit("transformer/model.onnx", graph =>
        {
            graph.RenameInputs(input => input == "timestep" ? "t" : input);
            graph.RetypeInput("t", OnnxGraph.Double);
        });
        Refused(export, "transformer/model.onnx", "'t' (double [", "timestep", "float/float16/int64 of rank 1 or 2");
    }

    [Fact]
    public void An_input_that_nothing_is_known_of_is_refused_by_name()
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Edit("transformer/model.onnx", graph => graph.AddInput("encoder_hidden_states_image", 1, 1, 257, 1280));
        Refused(export, "transformer/model.onnx", "'encoder_hidden_states_image' (float [1, 257, 1280])", "text");
        export.Configure("transformer/config.json", "\"onnx_inputs\": { \"text\": \"encoder_hidden_states\" }");
        Refused(export, "transformer/model.onnx", "also takes 'encoder_hidden_states_image' (float [1, 257, 1280])");
    }

    [Fact]
    public void A_name_in_the_configuration_that_the_graph_has_not_is_refused()
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Configure("transformer/config.json", "\"onnx_inputs\": { \"timestep\": \"sigma\" }");
        Refused(export, "'sigma'", "transformer/model.onnx", "'timestep' (float [");
    }

    [Fact]
    public void Graphs_of_two_networks_are_refused()
    {
        using var export = new Export("wan21-t2v-tiny");
        File.Copy(Path.Combine(GoldenCase.FolderOf("shapes-wan"), "vae", "decoder_step.onnx"), Path.Combine(export.Folder, "vae", "decoder_step.onnx"), overwrite: true);
        Refused(export, "decoder_init.onnx", "caches", "decoder_step.onnx");
    }

    [Theory]
    [InlineData("model_index.json", "{", "model_index.json' is not JSON")]
    [InlineData("transformer/config.json", """{ "in_channels": 36 }""", "the configuration says in_channels = 36")]
    public void A_configuration_that_is_wrong_is_refused(string file, string content, string says)
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Write(file, content);
        Refused(export, says);
    }

    [Fact]
    public void A_scheduler_that_is_not_known_is_refused_when_the_model_is_opened()
    {
        using var export = new Export("wan21-t2v-tiny");
        export.Write("scheduler/scheduler_config.json", """{ "_class_name": "DDIMScheduler" }""");
        Assert.Contains("DDIMScheduler", Assert.Throws<NotSupportedException>(() => WanPipeline.Load(export.Folder, new OnnxOptions(1))).Message);
    }

    private static void Refused(Export export, params string[] says)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => WanPipeline.Load(export.Folder, new OnnxOptions(1)));
        Assert.All(says, part => Assert.Contains(part, refusal.Message));
    }

    private static double DistanceOf(string name, string folder)
    {
        var expected = GoldenCase.Load(name);
        using var pipeline = expected.Open(folder);
        var latents = pipeline.Denoise(expected.Request, cancellation: TestContext.Current.CancellationToken);
        var frames = pipeline.Decode(latents, pipeline.ShapeOf(expected.Request)).ToList();
        Assert.Equal(expected.Request.Frames, frames.Count);
        return GoldenCase.Distance(expected.Floats("latents.f32"), latents);
    }
}
