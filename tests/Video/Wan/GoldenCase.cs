using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Wan;

/// <summary>A clip the reference pipeline made: what was asked, and what came of it.</summary>
internal sealed record GoldenCase(string Folder, JsonElement Json)
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    public string Model => Json.GetProperty("model").GetString()!;

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

    public static GoldenCase Load(string name) => new(Path.Combine(Golden, name), JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, name, "case.json"))).RootElement);

    public static string FolderOf(string model)
    {
        if (model != "shapes-wan") return Path.Combine(Golden, "models", model);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "infra", "models", model);
            if (Directory.Exists(candidate)) return candidate;
        }

        throw new DirectoryNotFoundException($"infra/models/{model}");
    }

    public float[] Floats(string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Folder, file))).ToArray();

    /// <param name="folder">Of another export of the same model; null: the model's own.</param>
    public WanPipeline Open(string? folder = null)
    {
        // a case may name another scheduler than the model's own
        folder ??= FolderOf(Model);
        return new(folder, WanConfig.Load(folder) with { Scheduler = Json.GetProperty("scheduler") }, new OnnxOptions(1));
    }

    /// <summary>Largest difference of two numbers in the same place.</summary>
    public static double Distance(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
    }
}
