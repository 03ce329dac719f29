using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Platform.Video.Provenance;

/// <summary>ISO base media: the packet stands in a top-level <c>uuid</c> box at the end (XMP specification, part 3), where it moves nothing.</summary>
internal sealed class Mp4File : IMarkedFile
{
    private static readonly byte[] XmpBox = Convert.FromHexString("be7acfcb97a942e89c71999491e3afac");

    public bool Is(ReadOnlySpan<byte> file) => file.Length >= 8 && file[4..8].SequenceEqual("ftyp"u8);

    public byte[] ContentHash(ReadOnlySpan<byte> file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var rest = file; TryNext(ref rest, out var type, out var content);)
        {
            if (type.SequenceEqual("mdat"u8)) hash.AppendData(content);
        }

        return hash.GetHashAndReset();
    }

    public byte[] Embed(ReadOnlySpan<byte> file, ReadOnlySpan<byte> xmp)
    {
        var marked = new byte[file.Length + 24 + xmp.Length];
        file.CopyTo(marked);
        var box = marked.AsSpan(file.Length);
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        "uuid"u8.CopyTo(box[4..]);
        XmpBox.CopyTo(box[8..]);
        xmp.CopyTo(box[24..]);
        return marked;
    }

    public byte[]? Extract(ReadOnlySpan<byte> file)
    {
        for (var rest = file; TryNext(ref rest, out var type, out var content);)
        {
            if (type.SequenceEqual("uuid"u8) && content.StartsWith(XmpBox)) return content[16..].ToArray();
        }

        return null;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> content)
    {
        type = content = default;
        if (rest.Length < 8) return false;
        long size = BinaryPrimitives.ReadUInt32BigEndian(rest), head = 8;
        if (size == 1 && rest.Length >= 16) (size, head) = (BinaryPrimitives.ReadInt64BigEndian(rest[8..]), 16);
        else if (size == 0) size = rest.Length;
        if (size < head || size > rest.Length) return false;
        type = rest[4..8];
        content = rest[(int)head..(int)size];
        rest = rest[(int)size..];
        return true;
    }
}
