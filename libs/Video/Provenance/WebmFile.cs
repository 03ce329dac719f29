using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Platform.Video.Provenance;

/// <summary>Matroska (RFC 9559): the packet is a tag named XMP at the end of the segment, whose size grows by it.</summary>
internal sealed class WebmFile : IMarkedFile
{
    private const uint Ebml = 0x1A45DFA3, Segment = 0x18538067, Cluster = 0x1F43B675, Tags = 0x1254C367, Tag = 0x7373, Targets = 0x63C0, SimpleTag = 0x67C8, TagName = 0x45A3, TagString = 0x4487;

    public bool Is(ReadOnlySpan<byte> file) => file.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(file) == Ebml;

    public byte[] ContentHash(ReadOnlySpan<byte> file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var rest = file[Content(file)]; TryNext(ref rest, out var id, out var content);)
        {
            if (id == Cluster) hash.AppendData(content);
        }

        return hash.GetHashAndReset();
    }

    public byte[] Embed(ReadOnlySpan<byte> file, ReadOnlySpan<byte> xmp)
    {
        var content = Content(file);
        var (begin, end) = (content.Start.Value, content.End.Value);
        if (begin < 8 || file[begin - 8] != 1) throw new InvalidDataException("The WebM segment has no size of eight bytes.");
        var tags = Element(Tags, Element(Tag, [.. Element(Targets, []), .. Element(SimpleTag, [.. Element(TagName, "XMP"u8), .. Element(TagString, xmp)])]));
        var marked = new byte[file.Length + tags.Length];
        file[..end].CopyTo(marked);
        tags.CopyTo(marked, end);
        file[end..].CopyTo(marked.AsSpan(end + tags.Length));
        BinaryPrimitives.WriteUInt64BigEndian(marked.AsSpan(begin - 8), (1UL << 56) + (uint)(end - begin + tags.Length));
        return marked;
    }

    public byte[]? Extract(ReadOnlySpan<byte> file)
    {
        for (var rest = file[Content(file)]; TryNext(ref rest, out var id, out var tags);)
        {
            if (id != Tags) continue;
            while (TryNext(ref tags, out id, out var tag))
            {
                while (id == Tag && TryNext(ref tag, out var inside, out var simple))
                {
                    if (inside == SimpleTag && Xmp(simple) is { } xmp) return xmp;
                }
            }
        }

        return null;
    }

    private static byte[]? Xmp(ReadOnlySpan<byte> simple)
    {
        var named = false;
        while (TryNext(ref simple, out var id, out var content))
        {
            if (id == TagName) named = content.SequenceEqual("XMP"u8);
            else if (id == TagString && named) return content.ToArray();
        }

        return null;
    }

    /// <summary>Where the segment's content lies.</summary>
    private static Range Content(ReadOnlySpan<byte> file)
    {
        for (var rest = file; TryNext(ref rest, out var id, out var content);)
        {
            if (id != Segment) continue;
            var end = file.Length - rest.Length;
            return (end - content.Length)..end;
        }

        return file.Length..file.Length;
    }

    private static byte[] Element(uint id, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(head, id);
        BinaryPrimitives.WriteUInt64BigEndian(head[4..], (1UL << 56) + (uint)content.Length);
        return [.. head[(id > 0xFFFF ? 0 : 2)..], .. content];
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out uint id, out ReadOnlySpan<byte> content)
    {
        id = 0;
        content = default;
        if (rest.Length < 2) return false;
        var idLength = System.Numerics.BitOperations.LeadingZeroCount(rest[0]) - 24 + 1;
        if (idLength > 4 || rest.Length <= idLength) return false;
        for (var i = 0; i < idLength; i++) id = (id << 8) | rest[i];
        var sizeLength = System.Numerics.BitOperations.LeadingZeroCount(rest[idLength]) - 24 + 1;
        if (sizeLength > 8 || rest.Length < idLength + sizeLength) return false;
        ulong size = (uint)(rest[idLength] & ((1 << (8 - sizeLength)) - 1));
        for (var i = 1; i < sizeLength; i++) size = (size << 8) | rest[idLength + i];
        var head = idLength + sizeLength;
        if (size == (1UL << (7 * sizeLength)) - 1) size = (ulong)(rest.Length - head); // unknown: to the end
        if (size > (ulong)(rest.Length - head)) return false;
        content = rest.Slice(head, (int)size);
        rest = rest[(head + (int)size)..];
        return true;
    }
}
