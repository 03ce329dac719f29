namespace Platform.Video.Provenance;

/// <summary>A file format that can carry an XMP packet beside its pictures.</summary>
internal interface IMarkedFile
{
    bool Is(ReadOnlySpan<byte> file);

    /// <summary>SHA-256 of the encoded pictures alone, so that it stays when metadata comes or goes.</summary>
    byte[] ContentHash(ReadOnlySpan<byte> file);

    byte[] Embed(ReadOnlySpan<byte> file, ReadOnlySpan<byte> xmp);

    /// <summary>Null where there is none.</summary>
    byte[]? Extract(ReadOnlySpan<byte> file);
}
