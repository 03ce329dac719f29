using System.Buffers.Binary;
using Platform.Video.Imaging;

namespace Platform.Video.Clips;

/// <summary>An animated WebP picture (RFC 9649) of frames that Skia encodes one by one.</summary>
public sealed class WebpEncoder(int fps, int quality = 80) : IClipEncoder
{
    private readonly MemoryStream _frames = new();
    private int _width, _height, _count;

    public string ContentType => "image/webp";

    public void Write(RgbImage frame)
    {
        (_width, _height) = (frame.Width, frame.Height);
        var picture = frame.EncodeWebp(quality).AsSpan(12); // after RIFF, size, WEBP: the chunks of the picture itself
        Span<byte> head = stackalloc byte[24];
        "ANMF"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], 16 + picture.Length);
        Write24(head[14..], frame.Width - 1);
        Write24(head[17..], frame.Height - 1);
        // rounded so that a whole clip lasts as long as it should
        Write24(head[20..], (_count + 1) * 1000 / fps - _count * 1000 / fps);
        head[23] = 0b10; // do not blend with the frame before
        _frames.Write(head);
        _frames.Write(picture);
        _count++;
    }

    public byte[] Finish()
    {
        var frames = _frames.ToArray();
        var file = new byte[12 + 18 + 14 + frames.Length];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WEBPVP8X"u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 10);
        file[20] = 0b10; // animated
        Write24(file.AsSpan(24), _width - 1);
        Write24(file.AsSpan(27), _height - 1);
        "ANIM"u8.CopyTo(file.AsSpan(30));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(34), 6);
        frames.CopyTo(file.AsSpan(44));
        return file;
    }

    public void Dispose() => _frames.Dispose();

    private static void Write24(Span<byte> to, int value) => (to[0], to[1], to[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
}
