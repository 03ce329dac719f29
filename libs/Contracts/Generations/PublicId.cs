using System.Buffers;
using System.Security.Cryptography;

namespace Platform.Contracts.Generations;

/// <summary>Ids as the API shows them: a prefix that names the kind, then 26 lower-case base-32 characters that sort by time.</summary>
public static class PublicId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

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

    /// <summary>When an id was made, to the millisecond; null when it is none of the prefix's.</summary>
    public static DateTimeOffset? TimeOf(string prefix, string id)
    {
        if (id.Length != prefix.Length + 26 || !id.StartsWith(prefix, StringComparison.Ordinal) || id[prefix.Length] > '7') return null; // 26 characters hold two bits more than an id has
        if (id.AsSpan(prefix.Length).ContainsAnyExcept(Characters)) return null;
        long millis = 0;
        foreach (var character in id.AsSpan(prefix.Length, 10)) millis = (millis << 5) | (long)Alphabet.IndexOf(character); // 50 bits, of which the first two are none of the id's
        return millis <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;
    }
}
