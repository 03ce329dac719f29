using System.Collections.Concurrent;
using Platform.Gateway.Errors;
using Platform.Grains.Keys;

namespace Platform.Gateway.Auth;

/// <summary>Whose key a secret is. An answer is kept for half a second, so that a revoked key stops within one.</summary>
internal sealed class ApiKeys(IGrainFactory grains, TimeProvider clock)
{
    private const int MostKept = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Answer> answers = new(StringComparer.Ordinal);

    private readonly record struct Answer(ApiKeyIdentity? Identity, long At);

    public ValueTask<ApiKeyIdentity?> Find(string secret)
    {
        if (answers.TryGetValue(secret, out var known) && clock.GetElapsedTime(known.At) < Kept) return new(known.Identity);
        return ApiKeySecret.KeyId(secret) is { } keyId ? Ask(keyId, secret) : new((ApiKeyIdentity?)null);
    }

    private async ValueTask<ApiKeyIdentity?> Ask(string keyId, string secret)
    {
        var asked = clock.GetTimestamp();
        var hash = ApiKeySecret.Hash(secret);
        var identity = await GrainCall.Repeated(() => grains.GetGrain<IApiKey>(keyId).Verify(hash), clock);
        if (answers.Count >= MostKept) answers.Clear();
        answers[secret] = new Answer(identity, asked);
        return identity;
    }
}
