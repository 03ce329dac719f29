using Orleans;

namespace Platform.Grains.Keys;

/// <summary>One API key; its grain key is the key's public id (<c>key_…</c>).</summary>
[Alias("platform.keys.IApiKey")]
public interface IApiKey : IGrainWithStringKey
{
    /// <summary>Makes the key and returns its secret, which is shown this once: only its SHA-256 is kept.</summary>
    [Alias("Create")] Task<string> Create(NewApiKey key);

    /// <summary>Makes the key from a secret's hash, for secrets made elsewhere (the first start's credentials file). Does nothing when it exists.</summary>
    [Alias("Import")] Task Import(NewApiKey key, string redactedSecret, byte[] secretSha256);

    /// <summary>Tells whose key it is, or null when it is unknown, revoked or the secret's hash differs.</summary>
    [Alias("Verify")] ValueTask<ApiKeyIdentity?> Verify(byte[] secretSha256);

    /// <summary>False when there is no such key.</summary>
    [Alias("Revoke")] Task<bool> Revoke();

    [Alias("Read")] ValueTask<ApiKeyDescription?> Read();
}

/// <summary>Lists keys; one grain for the cluster (key <c>"all"</c>).</summary>
[Alias("platform.keys.IApiKeys")]
public interface IApiKeys : IGrainWithStringKey
{
    /// <param name="projectId">Null: of all projects.</param>
    [Alias("List")] Task<IReadOnlyList<ApiKeyDescription>> List(string? projectId);
}

[GenerateSerializer, Immutable, Alias("platform.keys.NewApiKey")]
public sealed record NewApiKey([property: Id(0)] string ProjectId, [property: Id(1)] string Name, [property: Id(2)] KeyScope Scope);

/// <summary>What a key may do: <see cref="Project"/> keys call models, <see cref="Admin"/> keys call <c>/v1/organization</c>.</summary>
public enum KeyScope { Project, Admin }

[GenerateSerializer, Immutable, Alias("platform.keys.ApiKeyIdentity")]
public sealed record ApiKeyIdentity([property: Id(0)] string KeyId, [property: Id(1)] string ProjectId, [property: Id(2)] KeyScope Scope);

/// <param name="RedactedSecret">First and last characters only.</param>
[GenerateSerializer, Immutable, Alias("platform.keys.ApiKeyDescription")]
public sealed record ApiKeyDescription(
    [property: Id(0)] string KeyId, [property: Id(1)] string ProjectId, [property: Id(2)] string Name, [property: Id(3)] KeyScope Scope,
    [property: Id(4)] string RedactedSecret, [property: Id(5)] DateTimeOffset CreatedAt, [property: Id(6)] DateTimeOffset? RevokedAt);
