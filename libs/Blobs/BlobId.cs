using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Platform.Blobs;

/// <summary>SHA-256 of a blob's bytes, 64 lower-case hexadecimal digits: the only name a blob has.</summary>
public readonly record struct BlobId
{
    private readonly string _hex;

    private BlobId(string hex) => _hex = hex;

    public static BlobId Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    public static bool TryParse([NotNullWhen(true)] string? text, out BlobId id)
    {
        var valid = text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
        id = valid ? new(text!) : default; // just seen not to be null
        return valid;
    }

    /// <exception cref="FormatException">The text is no SHA-256.</exception>
    public static BlobId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not 64 lower-case hexadecimal digits.");

    public override string ToString() => _hex ?? throw new InvalidOperationException("A blob id without a value.");
}
