using System.Text.Json;
using Platform.Video.Clips;
using Platform.Video.Imaging;

namespace Platform.Video.Wan;

/// <summary>Rough pictures straight from latents: a linear map of a cell's channels to one colour, from the model's <c>latent_rgb.json</c>.</summary>
public sealed class LatentPreview
{
    private const int LeastPixels = 64;

    private readonly float[][] _factors;
    private readonly float[] _bias;

    private LatentPreview(float[][] factors, float[] bias) => (_factors, _bias) = (factors, bias);

    /// <summary>Null where the model has no such file.</summary>
    public static LatentPreview? Load(string folder)
    {
        var file = Path.Combine(folder, "latent_rgb.json");
        if (!File.Exists(file)) return null;
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        float[] Row(JsonElement row) => [.. row.EnumerateArray().Select(number => number.GetSingle())];
        return new([.. json.RootElement.GetProperty("factors").EnumerateArray().Select(Row)], Row(json.RootElement.GetProperty("bias")));
    }

    /// <summary>One picture a latent frame, as an animated WebP.</summary>
    /// <param name="latents">Normalised, denoised as far as is known.</param>
    public byte[] Encode(ReadOnlySpan<float> latents, LatentShape shape, int fps)
    {
        using var webp = new WebpEncoder(fps);
        var zoom = Math.Max(1, LeastPixels / Math.Min(shape.Width, shape.Height));
        for (var frame = 0; frame < shape.Frames; frame++) webp.Write(Picture(latents, shape, frame, zoom));
        return webp.Finish();
    }

    private RgbImage Picture(ReadOnlySpan<float> latents, LatentShape shape, int frame, int zoom)
    {
        var (width, height) = (shape.Width * zoom, shape.Height * zoom);
        var pixels = new byte[width * height * 3];
        Span<float> colour = stackalloc float[3];
        for (var cell = 0; cell < shape.Plane; cell++)
        {
            _bias.CopyTo(colour);
            for (var c = 0; c < shape.Channels; c++)
            {
                var z = latents[(c * shape.Frames + frame) * shape.Plane + cell];
                for (var k = 0; k < 3; k++) colour[k] += z * _factors[c][k];
            }

            var (top, left) = (cell / shape.Width * zoom, cell % shape.Width * zoom);
            for (var k = 0; k < 3; k++)
            {
                var value = (byte)MathF.Round(Math.Clamp(colour[k] * 0.5f + 0.5f, 0, 1) * 255);
                for (var y = 0; y < zoom; y++)
                {
                    for (var x = 0; x < zoom; x++) pixels[((top + y) * width + left + x) * 3 + k] = value;
                }
            }
        }

        return new(width, height, pixels);
    }
}
