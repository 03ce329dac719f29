namespace Platform.Video.Wan;

/// <summary>Size of a clip's latents: channels × frames × rows × columns, row-major.</summary>
public readonly record struct LatentShape(int Channels, int Frames, int Height, int Width)
{
    public int Length => Channels * Frames * Height * Width;

    /// <summary>Numbers in one frame of one channel.</summary>
    public int Plane => Height * Width;

    /// <summary>Copies one latent frame (all channels) out of latents of this shape.</summary>
    public void CopyFrame(ReadOnlySpan<float> latents, int frame, Span<float> into)
    {
        for (var c = 0; c < Channels; c++) latents.Slice((c * Frames + frame) * Plane, Plane).CopyTo(into[(c * Plane)..]);
    }

    /// <summary>Puts one latent frame in its place.</summary>
    public void SetFrame(Span<float> latents, int frame, ReadOnlySpan<float> from)
    {
        for (var c = 0; c < Channels; c++) from.Slice(c * Plane, Plane).CopyTo(latents[((c * Frames + frame) * Plane)..]);
    }
}
