using System.Numerics.Tensors;
using Platform.Inference.Onnx;
using Platform.Video.Imaging;

namespace Platform.Video.Wan;

/// <summary>Frames ↔ latents, one latent frame at a time. The first latent frame is one picture, every later one four.</summary>
internal sealed class VideoAutoencoder(string folder, WanConfig config, OnnxOptions options) : IDisposable
{
    private readonly StreamingGraph _decoder = new(Path.Combine(folder, "vae", "decoder_init.onnx"), Path.Combine(folder, "vae", "decoder_step.onnx"), config.LatentChannels, 3, options);
    private readonly Lazy<StreamingGraph> _encoder = new(() => new(Path.Combine(folder, "vae", "encoder_init.onnx"), Path.Combine(folder, "vae", "encoder_step.onnx"), 3, config.LatentChannels, options));

    public IEnumerable<OnnxModel> Models => _encoder.IsValueCreated ? [.. _decoder.Models, .. _encoder.Value.Models] : _decoder.Models;

    /// <param name="latents">Normalised latents.</param>
    public IEnumerable<RgbImage> Decode(float[] latents, LatentShape shape, CancellationToken cancellation)
    {
        var inputs = Enumerable.Range(0, shape.Frames).Select<int, Func<string, OnnxModel, Microsoft.ML.OnnxRuntime.OrtValue>>(frame => (name, model) =>
        {
            var z = new float[shape.Channels * shape.Plane];
            shape.CopyFrame(latents, frame, z);
            for (var i = 0; i < z.Length; i++) z[i] = z[i] * config.LatentsStd[i / shape.Plane] + config.LatentsMean[i / shape.Plane];
            return FloatTensor.Create(z, [1, shape.Channels, 1, shape.Height, shape.Width], model.ElementType(name));
        });
        var (width, height) = (shape.Width * config.SpatialScale, shape.Height * config.SpatialScale);
        foreach (var output in _decoder.Run(inputs, cancellation))
        {
            var pixels = FloatTensor.Read(output);
            var frames = pixels.Length / (3 * width * height);
            for (var frame = 0; frame < frames; frame++) yield return ToImage(pixels, frame, frames, width, height);
        }
    }

    /// <summary>The normalised latents (the mode of the posterior) of frames given as planes [3 × frames × height × width] in −1…1.</summary>
    /// <param name="frame">Fills the planes of one frame, [3 × height × width].</param>
    public float[] Encode(int frames, int width, int height, Action<int, Span<float>> frame, out LatentShape shape, CancellationToken cancellation)
    {
        var latentFrames = (frames - 1) / config.TemporalScale + 1;
        shape = new(config.LatentChannels, latentFrames, height / config.SpatialScale, width / config.SpatialScale);
        var plane = width * height;
        var inputs = Enumerable.Range(0, latentFrames).Select<int, Func<string, OnnxModel, Microsoft.ML.OnnxRuntime.OrtValue>>(latent => (name, model) =>
        {
            var count = latent == 0 ? 1 : config.TemporalScale;
            var first = latent == 0 ? 0 : 1 + (latent - 1) * config.TemporalScale;
            var chunk = new float[3 * count * plane];
            var one = new float[3 * plane];
            for (var i = 0; i < count; i++)
            {
                frame(first + i, one);
                for (var c = 0; c < 3; c++) one.AsSpan(c * plane, plane).CopyTo(chunk.AsSpan((c * count + i) * plane));
            }
            return FloatTensor.Create(chunk, [1, 3, count, height, width], model.ElementType(name));
        });

        var latents = new float[shape.Length];
        var z = new float[shape.Channels * shape.Plane];
        var at = 0;
        foreach (var output in _encoder.Value.Run(inputs, cancellation))
        {
            FloatTensor.Read(output, z);
            for (var i = 0; i < z.Length; i++) z[i] = (z[i] - config.LatentsMean[i / shape.Plane]) / config.LatentsStd[i / shape.Plane];
            shape.SetFrame(latents, at++, z);
        }
        return latents;
    }

    /// <summary>0…255 → −1…1, interleaved → planes.</summary>
    public static void ToPlanes(RgbImage image, Span<float> planes)
    {
        var plane = image.Width * image.Height;
        for (var i = 0; i < plane; i++)
        {
            for (var c = 0; c < 3; c++) planes[c * plane + i] = image.Pixels[i * 3 + c] / 127.5f - 1;
        }
    }

    private static RgbImage ToImage(float[] pixels, int frame, int frames, int width, int height)
    {
        var plane = width * height;
        var image = new byte[3 * plane];
        var bytes = new byte[plane];
        for (var c = 0; c < 3; c++)
        {
            var channel = pixels.AsSpan((c * frames + frame) * plane, plane);
            TensorPrimitives.Multiply(channel, 0.5f, channel);
            TensorPrimitives.Add(channel, 0.5f, channel);
            TensorPrimitives.Clamp(channel, 0f, 1f, channel);
            TensorPrimitives.Multiply(channel, 255f, channel);
            TensorPrimitives.Round(channel, channel);
            TensorPrimitives.ConvertSaturating<float, byte>(channel, bytes);
            for (int from = 0, to = c; from < plane; from++, to += 3) image[to] = bytes[from];
        }
        return new(width, height, image);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        if (_encoder.IsValueCreated) _encoder.Value.Dispose();
    }
}
