using Platform.Video.Imaging;

namespace Platform.Video.Wan;

/// <summary>How a picture steers the transformer: concatenated with a mask to its input, or put in the place of the first latent frame.</summary>
internal sealed class PictureCondition
{
    private PictureCondition(float[]? concatenated, float[]? firstFrame) => (Concatenated, FirstFrame) = (concatenated, firstFrame);

    /// <summary>Mask channels, then the encoded picture, [(input − latent channels) × frames × height × width]; null where the model does not concatenate.</summary>
    public float[]? Concatenated { get; }

    /// <summary>Encoded picture [channels × height × width] that stays in latent frame 0; null where there is none.</summary>
    public float[]? FirstFrame { get; }

    public static PictureCondition None { get; } = new(null, null);

    public static PictureCondition Create(WanConfig config, VideoAutoencoder vae, VideoRequest request, CancellationToken cancellation)
    {
        if (config.ConcatenatesPicture) return new(Concatenate(config, vae, request, cancellation), null);
        if (!config.ExpandTimesteps || request.Image is null) return None;
        var image = request.Image.Cover(request.Width, request.Height);
        return new(null, vae.Encode(1, request.Width, request.Height, (_, planes) => VideoAutoencoder.ToPlanes(image, planes), out _, cancellation));
    }

    /// <summary>The clip with the given pictures and mid-grey elsewhere, encoded; before it the mask, four channels that tell for each of a latent frame's pictures whether it is given.</summary>
    private static float[] Concatenate(WanConfig config, VideoAutoencoder vae, VideoRequest request, CancellationToken cancellation)
    {
        var first = request.Image?.Cover(request.Width, request.Height);
        var last = request.LastImage?.Cover(request.Width, request.Height);
        var encoded = vae.Encode(request.Frames, request.Width, request.Height, (frame, planes) =>
        {
            var given = Given(frame);
            if (given is null) planes.Clear();
            else VideoAutoencoder.ToPlanes(given, planes);
        }, out var shape, cancellation);

        var channels = config.InputChannels - config.LatentChannels - config.LatentChannels;
        var block = shape.Frames * shape.Plane;
        var condition = new float[channels * block + encoded.Length];
        for (var c = 0; c < channels; c++)
        {
            for (var t = 0; t < shape.Frames; t++)
            {
                var frame = Math.Max(0, t * config.TemporalScale + c - (config.TemporalScale - 1));   // the first picture stands for four
                if (Given(frame) is not null) condition.AsSpan(c * block + t * shape.Plane, shape.Plane).Fill(1);
            }
        }
        encoded.CopyTo(condition, channels * block);
        return condition;

        RgbImage? Given(int frame) => frame == 0 ? first : frame == request.Frames - 1 ? last : null;
    }
}
