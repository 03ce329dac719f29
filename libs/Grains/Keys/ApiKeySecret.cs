using System.Security.Cryptography;
using System.Text;

namespace Platform.Grains.Keys;

/// <summary>A secret looks like <c>sk-{26 characters of the public id}-{43 secret characters}</c>: the first part finds the key's grain, the whole is hashed.</summary>
public static class ApiKeySecret
{
    private const string Prefix = "sk-";

    public static string New(string keyId) => $"{Prefix}{keyId["key_".Length..]}-{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', 'A').Replace('/', 'B')}";

    /// <summary>The id of the key a secret claims to be, or null when it has not the form of one.</summary>
    public static string? KeyId(string secret) =>
        secret.Length == Prefix.Length + 26 + 1 + 43 && secret.StartsWith(Prefix, StringComparison.Ordinal) && secret[Prefix.Length + 26] == '-'
            ? string.Concat("key_", secret.AsSpan(Prefix.Length, 26))
            : null;

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static string Redact(string secret) => secret.Length < 12 ? "sk-…" : $"{secret[..7]}…{secret[^4..]}";
}
