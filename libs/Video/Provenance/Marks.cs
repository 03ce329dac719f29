using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Platform.Video.Provenance;

/// <summary>What a mark says of a file.</summary>
/// <param name="Generation">Id of the video.</param>
/// <param name="Part"><c>video</c>, <c>thumbnail</c> or <c>spritesheet</c>.</param>
public sealed record Origin(string Generation, string Model, DateTimeOffset CreatedAt, string Part);

/// <param name="IsSigned">Whether the mark was signed with this platform's key.</param>
/// <param name="IsUnaltered">Whether the pictures are still those that were marked.</param>
public sealed record FoundMark(Origin Origin, bool IsSigned, bool IsUnaltered);

/// <summary>
/// Marks files as made by a model: an XMP packet with IPTC's digital source type, and an ECDSA signature over the origin and the hash of the pictures,
/// so that a mark can't be carried over to another file.
/// </summary>
public sealed class Marks : IDisposable
{
    public const string DigitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    private const int LongestPacket = 1 << 16;
    private static readonly IMarkedFile[] Formats = [new Mp4File(), new WebmFile(), new WebpFile(), new JpegFile()];
    private static readonly XNamespace Iptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", Xmp = "http://ns.adobe.com/xap/1.0/", Own = "urn:platform:provenance:1", Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    private readonly ECDsa _key = ECDsa.Create();
    private readonly Lock _lock = new();

    /// <param name="privateKey">As <see cref="NewKey"/> gave it.</param>
    public Marks(ReadOnlySpan<byte> privateKey) => _key.ImportPkcs8PrivateKey(privateKey, out _);

    public static byte[] NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>The file with its mark.</summary>
    /// <exception cref="InvalidDataException">The format can't carry one.</exception>
    public byte[] Mark(ReadOnlySpan<byte> file, Origin origin)
    {
        var format = Find(file) ?? throw new InvalidDataException("A file of this format can't be marked.");
        var hash = Convert.ToHexStringLower(format.ContentHash(file));
        byte[] signature;
        lock (_lock) signature = _key.SignData(Signed(origin, hash), HashAlgorithmName.SHA256);
        return format.Embed(file, Encoding.UTF8.GetBytes(Packet(origin, hash, Convert.ToBase64String(signature))));
    }

    /// <summary>Null where the file has no mark of ours.</summary>
    public FoundMark? Read(ReadOnlySpan<byte> file)
    {
        if (Find(file) is not { } format || format.Extract(file) is not { Length: <= LongestPacket } packet || Description(packet) is not { } description) return null;
        string? Value(XName name) => (string?)description.Attribute(name);
        if (Value(Own + "Generation") is not { } generation || Value(Own + "Model") is not { } model || Value(Own + "Part") is not { } part || Value(Own + "ContentSha256") is not { } hash
            || !DateTimeOffset.TryParse(Value(Xmp + "CreateDate"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)) return null;
        var origin = new Origin(generation, model, created.ToUniversalTime(), part);
        var signature = new byte[128];
        var signed = Convert.TryFromBase64String(Value(Own + "Signature") ?? "", signature, out var length) && Verifies(Signed(origin, hash), signature.AsSpan(0, length));
        return new(origin, signed, Convert.ToHexStringLower(format.ContentHash(file)) == hash);
    }

    public void Dispose() => _key.Dispose();

    private static IMarkedFile? Find(ReadOnlySpan<byte> file)
    {
        foreach (var format in Formats)
        {
            if (format.Is(file)) return format;
        }

        return null;
    }

    private bool Verifies(byte[] data, ReadOnlySpan<byte> signature)
    {
        lock (_lock) return _key.VerifyData(data, signature, HashAlgorithmName.SHA256);
    }

    private static byte[] Signed(Origin origin, string hash) =>
        Encoding.UTF8.GetBytes(string.Join('\n', "platform-provenance-1", DigitalSourceType, origin.Generation, origin.Model, Instant(origin.CreatedAt), origin.Part, hash));

    private static string Instant(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Packet(Origin origin, string hash, string signature) => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{Rdf}"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{Iptc}" xmlns:xmp="{Xmp}" xmlns:platform="{Own}" Iptc4xmpExt:DigitalSourceType="{DigitalSourceType}" xmp:CreateDate="{Instant(origin.CreatedAt)}" xmp:CreatorTool="{SecurityElement.Escape(origin.Model)}" platform:Generation="{SecurityElement.Escape(origin.Generation)}" platform:Model="{SecurityElement.Escape(origin.Model)}" platform:Part="{SecurityElement.Escape(origin.Part)}" platform:ContentSha256="{hash}" platform:Signature="{signature}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
        """;

    private static XElement? Description(byte[] packet)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(packet), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader).Descendants(Rdf + "Description").FirstOrDefault(description => description.Attribute(Own + "Generation") is not null);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
