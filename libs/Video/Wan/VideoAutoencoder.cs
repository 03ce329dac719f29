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
        var plane = new float[width * height];
        foreach (var output in _decoder.Run(inputs, cancellation))
        {
            var frames = (int)output.GetTensorTypeAndShape().ElementCount / (3 * width * height);
            for (var frame = 0; frame < frames; frame++) yield return ToImage(output, frame, frames, width, height, plane);
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

    /// <param name="plane">Room for one channel.</param>
    private static RgbImage ToImage(Microsoft.ML.OnnxRuntime.OrtValue pixels, int frame, int frames, int width, int height, float[] plane)
    {
        var image = new byte[3 * plane.Length];
        Span<byte> bytes = new byte[plane.Length];
        for (var c = 0; c < 3; c++)
        {
            FloatTensor.Read(pixels, plane, (c * frames + frame) * plane.Length);
            TensorPrimitives.Multiply(plane, 0.5f, plane);
            TensorPrimitives.Add(plane, 0.5f, plane);
            TensorPrimitives.Clamp(plane, 0f, 1f, plane);
            TensorPrimitives.Multiply(plane, 255f, plane);
            TensorPrimitives.Round<float>(plane, plane);
            TensorPrimitives.ConvertSaturating<float, byte>(plane, bytes);
            for (int from = 0, to = c; from < bytes.Length; from++, to += 3) image[to] = bytes[from];
        }
        return new(width, height, image);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        if (_encoder.IsValueCreated) _encoder.Value.Dispose();
    }
}
