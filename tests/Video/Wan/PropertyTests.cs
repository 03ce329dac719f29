using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Wan;

/// <summary>What must hold of any clip, whatever is asked: beside the cases whose numbers are known.</summary>
public sealed class PropertyTests
{
    private const string UniPc = "", Euler = """{"_class_name":"FlowMatchEulerDiscreteScheduler","shift":3}""", Stochastic = """{"_class_name":"FlowMatchEulerDiscreteScheduler","shift":5,"stochastic_sampling":true}""";

    [Theory]
    [InlineData("shapes-wan", "", 64, 64, 33, 1, 1, UniPc)]
    [InlineData("shapes-wan", "The Tiny — yellow disc&nbsp;drifts to the top", 64, 64, 5, 3, 3, Euler)]
    [InlineData("shapes-wan", "ein großer roter Kreis 🔴", 64, 64, 9, 7, 7.5f, Stochastic)]
    [InlineData("shapes-wan", "a large red circle", 48, 80, 13, 2, 2, UniPc)]
    [InlineData("wan21-t2v-tiny", "a cat", 16, 16, 1, 2, 5, UniPc)]
    [InlineData("wan21-t2v-tiny", "a cat walks on the grass, realistic style, very long and much longer than the encoder can take in one go", 48, 32, 13, 5, 1, Euler)]
    [InlineData("wan21-t2v-tiny", "猫が歩く", 32, 64, 5, 9, 4, Stochastic)]
    [InlineData("wan22-i2v-tiny", "a cat", 32, 48, 9, 6, 3.5f, UniPc)]
    [InlineData("wan22-i2v-tiny", "a cat", 64, 16, 5, 4, 3.5f, Euler)]
    public void A_clip_has_its_size_and_length_and_is_the_same_again_and_from_any_checkpoint(string model, string prompt, int width, int height, int frames, int steps, float guidance, string scheduler)
    {
        var folder = GoldenCase.FolderOf(model);
        var config = WanConfig.Load(folder);
        if (scheduler.Length > 0) config = config with { Scheduler = System.Text.Json.JsonDocument.Parse(scheduler).RootElement };
        using var pipeline = new WanPipeline(folder, config, new OnnxOptions(1));
        var request = new VideoRequest
        {
            Prompt = prompt, NegativePrompt = "blurry", Width = width, Height = height, Frames = frames, Steps = steps, Guidance = guidance, Seed = 5,
            Image = config.TakesPicture ? new RgbImage(20, 30, [.. Enumerable.Range(0, 20 * 30 * 3).Select(i => (byte)(i * 7))]) : null,
        };

        var checkpoints = new List<Checkpoint>();
        var latents = pipeline.Denoise(request, step => checkpoints.Add(step.Keep()), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(steps, checkpoints.Count);
        Assert.All(latents, number => Assert.True(float.IsFinite(number)));
        Assert.Equal(latents, pipeline.Denoise(request));
        foreach (var checkpoint in checkpoints) Assert.Equal(latents, pipeline.Denoise(request, resume: checkpoint));
        Assert.NotEqual(latents, pipeline.Denoise(request with { Seed = 6 }));

        var clip = pipeline.Decode(latents, pipeline.ShapeOf(request)).ToList();
        Assert.Equal(frames, clip.Count);
        Assert.All(clip, frame => Assert.Equal((width, height, width * height * 3), (frame.Width, frame.Height, frame.Pixels.Length)));
    }

    /// <summary>Two solvers of one equation meet where steps are small.</summary>
    [Fact]
    public void Schedulers_agree_the_better_the_more_steps_they_take()
    {
        var folder = GoldenCase.FolderOf("shapes-wan");
        float[] Clip(string scheduler, int steps)
        {
            using var pipeline = new WanPipeline(folder, WanConfig.Load(folder) with { Scheduler = System.Text.Json.JsonDocument.Parse(scheduler).RootElement }, new OnnxOptions(1));
            return pipeline.Denoise(new() { Prompt = "a large red circle moving left on a navy background", Width = 64, Height = 64, Frames = 17, Steps = steps, Guidance = 1, FlowShift = 1, Seed = 3 });
        }

        double Apart(int steps) => Clip("""{"_class_name":"UniPCMultistepScheduler"}""", steps).Zip(Clip(Euler, steps), (a, b) => (double)(a - b) * (a - b)).Average();
        var (few, many) = (Apart(6), Apart(60));
        Assert.True(many < few / 2, $"{few} apart with 6 steps, {many} with 60");
    }
}
