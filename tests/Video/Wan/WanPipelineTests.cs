using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Wan;

public sealed class WanPipelineTests
{
    [Theory]
    [InlineData("t2v-unipc", 1e-4, 1)]
    [InlineData("t2v-unipc-1frame", 1e-4, 1)]
    [InlineData("t2v-euler", 1e-4, 1)]
    [InlineData("i2v-boundary", 1e-4, 1)]
    [InlineData("shapes-wan-t2v", 2e-3, 2)]
    [InlineData("shapes-wan-i2v", 2e-3, 2)]
    [InlineData("shapes-wan-euler", 2e-3, 2)]
    public void A_clip_is_the_one_the_reference_pipeline_makes(string name, double latentTolerance, int frameTolerance)
    {
        var expected = GoldenCase.Load(name);
        using var pipeline = expected.Open();
        var request = expected.Request;
        float[]? afterFirst = null;

        var latents = pipeline.Denoise(request, step => afterFirst ??= [.. step.Latents], cancellation: TestContext.Current.CancellationToken);

        Assert.InRange(GoldenCase.Distance(expected.Floats("step1.f32"), afterFirst!), 0, latentTolerance);
        Assert.InRange(GoldenCase.Distance(expected.Floats("latents.f32"), latents), 0, latentTolerance);
        var pixels = pipeline.Decode(latents, pipeline.ShapeOf(request)).SelectMany(frame => frame.Pixels).ToArray();
        var frames = File.ReadAllBytes(Path.Combine(expected.Folder, "frames.u8"));
        Assert.Equal(frames.Length, pixels.Length);
        Assert.InRange(frames.Zip(pixels, (a, b) => Math.Abs(a - b)).Max(), 0, frameTolerance);
    }

    [Theory]
    [InlineData("t2v-unipc")]
    [InlineData("i2v-boundary")]
    public void A_clip_resumed_from_any_checkpoint_is_the_same(string name)
    {
        var expected = GoldenCase.Load(name);
        using var pipeline = expected.Open();
        var checkpoints = new List<Checkpoint>();
        var whole = pipeline.Denoise(expected.Request, step => checkpoints.Add(step.Keep()));
        foreach (var checkpoint in checkpoints) Assert.Equal(whole, pipeline.Denoise(expected.Request, resume: checkpoint));
    }

    [Fact]
    public void Cancelling_ends_a_run_within_a_step()
    {
        var expected = GoldenCase.Load("shapes-wan-t2v");
        using var pipeline = expected.Open();
        using var cancel = new CancellationTokenSource();
        var steps = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => pipeline.Denoise(expected.Request, _ => { steps++; cancel.Cancel(); }, cancellation: cancel.Token));
        Assert.Equal(1, steps);
    }

    [Fact]
    public void A_picture_stays_the_first_frame()
    {
        var expected = GoldenCase.Load("shapes-wan-i2v");
        using var pipeline = expected.Open();
        var request = expected.Request with { Noise = null, Seed = 5, Steps = 4 };
        var first = pipeline.Decode(pipeline.Denoise(request), pipeline.ShapeOf(request)).First();
        var error = first.Pixels.Zip(request.Image!.Pixels, (a, b) => (double)(a - b) * (a - b)).Average();
        Assert.True(10 * Math.Log10(255 * 255 / error) > 28);
    }

    [Theory]
    [InlineData(60, 64, 33, "multiples of 16")]
    [InlineData(64, 64, 32, "multiple of 4")]
    public void What_a_model_can_not_make_is_said(int width, int height, int frames, string says)
    {
        using var pipeline = WanPipeline.Load(GoldenCase.FolderOf("shapes-wan"), new OnnxOptions(1));
        var refusal = Assert.Throws<ArgumentException>(() => pipeline.ShapeOf(new() { Width = width, Height = height, Frames = frames, Steps = 1, Guidance = 1 }));
        Assert.Contains(says, refusal.Message);
    }

    [Fact]
    public void A_folder_that_is_no_model_is_refused_by_what_it_lacks()
    {
        var refusal = Assert.Throws<InvalidDataException>(() => WanPipeline.Load(Path.GetTempPath()));
        Assert.Contains("model_index.json", refusal.Message);
    }
}
