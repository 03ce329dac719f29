using System.Security.Cryptography;

namespace Platform.Contracts.Generations;

/// <summary>Ids as the API shows them: a prefix that names the kind, then 26 lower-case base-32 characters that sort by time.</summary>
public static class PublicId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <param name="prefix">With its separator: <c>chatcmpl-</c>, <c>req_</c>, <c>key_</c>.</param>
    public static string New(string prefix) =>
        string.Create(prefix.Length + 26, prefix, static (span, prefix) =>
        {
            prefix.CopyTo(span);
            Span<byte> bytes = stackalloc byte[16];
            var millis = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            for (var i = 0; i < 6; i++) bytes[i] = (byte)(millis >> (8 * (5 - i)));
            RandomNumberGenerator.Fill(bytes[6..]);
            var value = new UInt128(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
            for (var i = span.Length - 1; i >= prefix.Length; i--)
            {
                span[i] = Alphabet[(int)(value & 31)];
                value >>= 5;
            }
        });
}
