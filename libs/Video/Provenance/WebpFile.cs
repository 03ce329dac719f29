using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Platform.Video.Provenance;

/// <summary>WebP (RFC 9649): the packet is the last chunk of an extended file; a simple one becomes extended.</summary>
internal sealed class WebpFile : IMarkedFile
{
    private const byte HasXmp = 0b100;

    public bool Is(ReadOnlySpan<byte> file) => file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8);

    public byte[] ContentHash(ReadOnlySpan<byte> file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var rest = file[12..]; TryNext(ref rest, out var name, out var content);)
        {
            if (name.SequenceEqual("VP8 "u8) || name.SequenceEqual("VP8L"u8) || name.SequenceEqual("ALPH"u8) || name.SequenceEqual("ANMF"u8)) hash.AppendData(content);
        }

        return hash.GetHashAndReset();
    }

    public byte[] Embed(ReadOnlySpan<byte> file, ReadOnlySpan<byte> xmp)
    {
        byte[] chunks = [.. Extended(file), .. Chunk("XMP "u8, xmp)];
        byte[] marked = [.. "RIFF\0\0\0\0WEBP"u8, .. chunks];
        BinaryPrimitives.WriteInt32LittleEndian(marked.AsSpan(4), marked.Length - 8);
        return marked;
    }

    public byte[]? Extract(ReadOnlySpan<byte> file)
    {
        for (var rest = file[12..]; TryNext(ref rest, out var name, out var content);)
        {
            if (name.SequenceEqual("XMP "u8)) return content.ToArray();
        }

        return null;
    }

    /// <summary>All chunks, the first an extended header that tells of the packet.</summary>
    private static byte[] Extended(ReadOnlySpan<byte> file)
    {
        var rest = file[12..];
        if (!TryNext(ref rest, out var name, out var content)) throw new InvalidDataException("The WebP file is empty.");
        if (name.SequenceEqual("VP8X"u8))
        {
            var chunks = file[12..].ToArray();
            chunks[8] |= HasXmp;
            return chunks;
        }

        var (width, height) = name.SequenceEqual("VP8 "u8)
            ? (BinaryPrimitives.ReadUInt16LittleEndian(content[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) & 0x3FFF)
            : ((int)(BinaryPrimitives.ReadUInt32LittleEndian(content[1..]) & 0x3FFF) + 1, (int)((BinaryPrimitives.ReadUInt32LittleEndian(content[1..]) >> 14) & 0x3FFF) + 1);
        byte[] header = [HasXmp, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0];
        return [.. Chunk("VP8X"u8, header), .. file[12..]];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[8 + content.Length + (content.Length & 1)];
        name.CopyTo(chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), content.Length);
        content.CopyTo(chunk.AsSpan(8));
        return chunk;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        name = content = default;
        if (rest.Length < 8) return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (size > rest.Length - 8) return false;
        name = rest[..4];
        content = rest.Slice(8, (int)size);
        rest = rest[Math.Min(rest.Length, 8 + (int)size + (int)(size & 1))..];
        return true;
    }
}
