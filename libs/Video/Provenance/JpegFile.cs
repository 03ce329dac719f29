using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Platform.Video.Provenance;

/// <summary>JPEG: the packet is an APP1 segment behind the start of the image.</summary>
internal sealed class JpegFile : IMarkedFile
{
    private const byte App1 = 0xE1, StartOfScan = 0xDA;

    private static ReadOnlySpan<byte> Signature => "http://ns.adobe.com/xap/1.0/\0"u8;

    public bool Is(ReadOnlySpan<byte> file) => file.Length >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF;

    public byte[] ContentHash(ReadOnlySpan<byte> file)
    {
        var (begin, end) = Packet(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..begin]);
        hash.AppendData(file[end..]);
        return hash.GetHashAndReset();
    }

    public byte[] Embed(ReadOnlySpan<byte> file, ReadOnlySpan<byte> xmp)
    {
        Span<byte> head = [0xFF, App1, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], checked((ushort)(2 + Signature.Length + xmp.Length)));
        return [.. file[..2], .. head, .. Signature, .. xmp, .. file[2..]];
    }

    public byte[]? Extract(ReadOnlySpan<byte> file)
    {
        var (begin, end) = Packet(file);
        return begin == end ? null : file[(begin + 4 + Signature.Length)..end].ToArray();
    }

    /// <summary>Where the packet's segment lies; empty where there is none.</summary>
    private static (int Begin, int End) Packet(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF && file[at + 1] != StartOfScan;)
        {
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (end > file.Length) break;
            if (file[at + 1] == App1 && file[(at + 4)..end].StartsWith(Signature)) return (at, end);
            at = end;
        }

        return (2, 2);
    }
}
