using System.Security.Cryptography;
using Marten;
using Platform.Grains.Keys;

namespace Platform.Silo.Keys;

/// <summary>Reads its document once and then answers from memory, so that a missing database stops no key in use.</summary>
internal sealed class ApiKeyGrain(IDocumentStore store, TimeProvider time) : Grain, IApiKey
{
    private ApiKeyRecord? _record;
    private bool _loaded;

    private string Id => this.GetPrimaryKeyString();

    public async Task<string> Create(NewApiKey key)
    {
        await Load();
        if (_record is not null) throw new InvalidOperationException($"There is a key {Id} already.");
        var secret = ApiKeySecret.New(Id);
        await Save(Record(key, ApiKeySecret.Redact(secret), ApiKeySecret.Hash(secret)));
        return secret;
    }

    public async Task Import(NewApiKey key, string redactedSecret, byte[] secretSha256)
    {
        await Load();
        if (_record is null) await Save(Record(key, redactedSecret, secretSha256));
    }

    public ValueTask<ApiKeyIdentity?> Verify(byte[] secretSha256)
    {
        return _loaded ? new(Check()) : LoadAndCheck();

        async ValueTask<ApiKeyIdentity?> LoadAndCheck()
        {
            await Load();
            // Guessed ids should not fill the memory.
            if (_record is null) DeactivateOnIdle();
            return Check();
        }

        ApiKeyIdentity? Check() =>
            _record is { RevokedAt: null } && CryptographicOperations.FixedTimeEquals(_record.SecretSha256, secretSha256)
                ? new ApiKeyIdentity(_record.Id, _record.ProjectId, _record.Scope)
                : null;
    }

    public async Task<bool> Revoke()
    {
        await Load();
        if (_record is null) return false;
        // In memory first: even if saving fails, and is tried again, nobody gets in meanwhile.
        _record = _record with { RevokedAt = _record.RevokedAt ?? time.GetUtcNow() };
        await Save(_record);
        return true;
    }

    public async ValueTask<ApiKeyDescription?> Read()
    {
        await Load();
        return _record?.Describe();
    }

    private ApiKeyRecord Record(NewApiKey key, string redactedSecret, byte[] secretSha256) => new()
    {
        Id = Id, ProjectId = key.ProjectId, Name = key.Name, Scope = key.Scope,
        RedactedSecret = redactedSecret, SecretSha256 = secretSha256, CreatedAt = time.GetUtcNow(),
    };

    private async Task Load()
    {
        if (_loaded) return;
        await using var session = store.QuerySession();
        _record = await session.LoadAsync<ApiKeyRecord>(Id);
        _loaded = true;
    }

    private async Task Save(ApiKeyRecord record)
    {
        await using var session = store.LightweightSession();
        session.Store(record);
        await session.SaveChangesAsync();
        _record = record;
    }
}
