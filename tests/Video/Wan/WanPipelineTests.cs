using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Wan;

public sealed class WanPipelineTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    internal static string ModelFolder(string model)
    {
        if (model != "shapes-wan") return Path.Combine(Golden, "models", model);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "infra", "models", model);
            if (Directory.Exists(candidate)) return candidate;
        }
        throw new DirectoryNotFoundException($"infra/models/{model}");
    }

    private sealed record Case(string Folder, JsonElement Json)
    {
        public static Case Load(string name) => new(Path.Combine(Golden, name), JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, name, "case.json"))).RootElement);

        public string Model => Json.GetProperty("model").GetString()!;

        public float[] Floats(string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Folder, file))).ToArray();

        public VideoRequest Request => new()
        {
            Prompt = Json.GetProperty("prompt").GetString()!,
            NegativePrompt = Json.GetProperty("negative_prompt").GetString()!,
            Width = Json.GetProperty("width").GetInt32(),
            Height = Json.GetProperty("height").GetInt32(),
            Frames = Json.GetProperty("num_frames").GetInt32(),
            Steps = Json.GetProperty("steps").GetInt32(),
            Guidance = Json.GetProperty("guidance_scale").GetSingle(),
            Guidance2 = Json.TryGetProperty("guidance_scale_2", out var second) ? second.GetSingle() : null,
            Image = Json.TryGetProperty("image", out var image) ? RgbImage.Decode(File.ReadAllBytes(Path.Combine(Folder, image.GetString()!))) : null,
            Noise = Floats("noise.f32"),
        };

        public WanPipeline Open()
        {
            // a case may name another scheduler than the model's own
            var folder = ModelFolder(Model);
            return new(folder, WanConfig.Load(folder) with { Scheduler = Json.GetProperty("scheduler") }, new OnnxOptions(1));
        }
    }

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
        var expected = Case.Load(name);
        using var pipeline = expected.Open();
        var request = expected.Request;
        float[]? afterFirst = null;

        var latents = pipeline.Denoise(request, step => afterFirst ??= [.. step.Latents], cancellation: TestContext.Current.CancellationToken);

        Assert.InRange(Distance(expected.Floats("step1.f32"), afterFirst!), 0, latentTolerance);
        Assert.InRange(Distance(expected.Floats("latents.f32"), latents), 0, latentTolerance);
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
        var expected = Case.Load(name);
        using var pipeline = expected.Open();
        var checkpoints = new List<Checkpoint>();
        var whole = pipeline.Denoise(expected.Request, step => checkpoints.Add(step.Keep()));
        foreach (var checkpoint in checkpoints) Assert.Equal(whole, pipeline.Denoise(expected.Request, resume: checkpoint));
    }

    [Fact]
    public void Cancelling_ends_a_run_within_a_step()
    {
        var expected = Case.Load("shapes-wan-t2v");
        using var pipeline = expected.Open();
        using var cancel = new CancellationTokenSource();
        var steps = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => pipeline.Denoise(expected.Request, _ => { steps++; cancel.Cancel(); }, cancellation: cancel.Token));
        Assert.Equal(1, steps);
    }

    [Fact]
    public void A_picture_stays_the_first_frame()
    {
        var expected = Case.Load("shapes-wan-i2v");
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
        using var pipeline = WanPipeline.Load(ModelFolder("shapes-wan"), new OnnxOptions(1));
        var refusal = Assert.Throws<ArgumentException>(() => pipeline.ShapeOf(new() { Width = width, Height = height, Frames = frames, Steps = 1, Guidance = 1 }));
        Assert.Contains(says, refusal.Message);
    }

    [Fact]
    public void A_folder_that_is_no_model_is_refused_by_what_it_lacks()
    {
        var refusal = Assert.Throws<InvalidDataException>(() => WanPipeline.Load(Path.GetTempPath()));
        Assert.Contains("model_index.json", refusal.Message);
    }

    private static double Distance(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
    }
}
