using SkiaSharp;

namespace Platform.Video.Imaging;

/// <summary>One picture: 8-bit RGB, rows from the top, no padding.</summary>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>Reads a PNG, JPEG or WebP file. Throws <see cref="InvalidDataException"/> when it is none.</summary>
    public static RgbImage Decode(ReadOnlySpan<byte> file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("The file is not a PNG, JPEG or WebP picture.");
        if ((long)codec.Info.Width * codec.Info.Height > 64_000_000) throw new InvalidDataException($"The picture is {codec.Info.Width}×{codec.Info.Height} pixels; at most 64 million are read.");
        using var bitmap = new SKBitmap(codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Unpremul));
        // half a picture counts as damaged: SKBitmap.Decode would fill it up
        return codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success ? From(bitmap) : throw new InvalidDataException("The picture is damaged.");
    }

    /// <summary>Scales to cover the size, then cuts the middle out.</summary>
    public RgbImage Cover(int width, int height)
    {
        if (width == Width && height == Height) return this;
        using var source = ToBitmap();
        using var target = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var scale = Math.Max((float)width / Width, (float)height / Height);
        var (w, h) = (Width * scale, Height * scale);
        using (var canvas = new SKCanvas(target))
        using (var image = SKImage.FromBitmap(source))
        {
            canvas.DrawImage(image, SKRect.Create((width - w) / 2, (height - h) / 2, w, h), new SKSamplingOptions(SKCubicResampler.CatmullRom));
        }
        return From(target);
    }

    public byte[] EncodeWebp(int quality) => Encode(SKEncodedImageFormat.Webp, quality);
    public byte[] EncodeJpeg(int quality) => Encode(SKEncodedImageFormat.Jpeg, quality);

    private byte[] Encode(SKEncodedImageFormat format, int quality)
    {
        using var bitmap = ToBitmap();
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var target = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < Pixels.Length; from += 3, to += 4)
        {
            Pixels.AsSpan(from, 3).CopyTo(target[to..]);
            target[to + 3] = 255;
        }
        return bitmap;
    }

    private static RgbImage From(SKBitmap bitmap)
    {
        var source = bitmap.GetPixelSpan();
        var pixels = new byte[bitmap.Width * bitmap.Height * 3];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3) source.Slice(from, 3).CopyTo(pixels.AsSpan(to));
        return new(bitmap.Width, bitmap.Height, pixels);
    }
}
