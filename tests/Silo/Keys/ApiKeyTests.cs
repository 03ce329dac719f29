using System.Text.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Generations;
using Platform.Grains.Keys;
using Platform.Silo.Keys;

namespace Platform.Silo.Tests.Keys;

public sealed class ApiKeyTests(SiloHost silo)
{
    [Fact]
    public async Task A_new_key_is_known_by_its_secret_and_by_no_other()
    {
        var (key, id, secret) = await Create("project-a");

        Assert.Equal(id, ApiKeySecret.KeyId(secret));
        Assert.Equal(new ApiKeyIdentity(id, "project-a", KeyScope.Project), await key.Verify(ApiKeySecret.Hash(secret)));
        Assert.Null(await key.Verify(ApiKeySecret.Hash(secret + "x")));
        Assert.Null(await key.Verify([]));
    }

    [Fact]
    public async Task An_unknown_key_is_nobody()
    {
        var key = silo.Grains.GetGrain<IApiKey>(PublicId.New("key_"));

        Assert.Null(await key.Verify(ApiKeySecret.Hash("sk-anything")));
        Assert.Null(await key.Read());
        Assert.False(await key.Revoke());
    }

    [Fact]
    public async Task A_key_is_made_once()
    {
        var (key, _, secret) = await Create("project-a");

        await Assert.ThrowsAsync<InvalidOperationException>(() => key.Create(new NewApiKey("project-b", "again", KeyScope.Admin)));
        Assert.Equal("project-a", (await key.Verify(ApiKeySecret.Hash(secret)))?.ProjectId);
    }

    [Fact]
    public async Task Revocation_is_felt_at_once_and_for_ever()
    {
        var (key, id, secret) = await Create("project-a");

        Assert.True(await key.Revoke());
        Assert.Null(await key.Verify(ApiKeySecret.Hash(secret)));
        Assert.NotNull((await key.Read())?.RevokedAt);

        await key.Import(new NewApiKey("project-a", "again", KeyScope.Project), "sk-…", ApiKeySecret.Hash(secret));
        Assert.Null(await key.Verify(ApiKeySecret.Hash(secret)));
        Assert.NotNull((await Stored(id))?.RevokedAt);
    }

    [Fact]
    public async Task Only_the_hash_of_a_secret_is_stored()
    {
        var (_, id, secret) = await Create("project-a");

        var record = await Stored(id);
        Assert.NotNull(record);
        Assert.Equal(ApiKeySecret.Hash(secret), record.SecretSha256);
        Assert.Equal($"{secret[..7]}…{secret[^4..]}", record.RedactedSecret);
        Assert.DoesNotContain(secret[^20..], JsonSerializer.Serialize(record), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_listed_by_project()
    {
        var project = PublicId.New("proj_");
        var (_, first, _) = await Create(project);
        var (_, second, _) = await Create(project);
        var (_, other, _) = await Create(PublicId.New("proj_"));

        var keys = silo.Grains.GetGrain<IApiKeys>("all");
        Assert.Equal([first, second], (await keys.List(project)).Select(k => k.KeyId));
        Assert.Contains(other, (await keys.List(null)).Select(k => k.KeyId));
    }

    [Fact]
    public async Task A_key_in_use_outlives_its_database()
    {
        await using var database = await Fixtures.PostgresServer.CreateDatabase();
        await using var other = await SiloHost.Start(database);
        var grains = other.Services.GetRequiredService<IGrainFactory>();
        var id = PublicId.New("key_");
        var key = grains.GetGrain<IApiKey>(id);
        var secret = await key.Create(new NewApiKey("project-a", "test", KeyScope.Project));

        await database.AllowConnections(false);
        await database.TerminateConnections();

        Assert.NotNull(await key.Verify(ApiKeySecret.Hash(secret)));
        await Assert.ThrowsAnyAsync<Exception>(() => grains.GetGrain<IApiKey>(PublicId.New("key_")).Verify([1]).AsTask());
        await database.AllowConnections(true);
        await other.StopAsync();
    }

    private async Task<(IApiKey Key, string Id, string Secret)> Create(string project)
    {
        var id = PublicId.New("key_");
        var key = silo.Grains.GetGrain<IApiKey>(id);
        return (key, id, await key.Create(new NewApiKey(project, "test", KeyScope.Project)));
    }

    private async Task<ApiKeyRecord?> Stored(string id)
    {
        await using var session = silo.Services.GetRequiredService<IDocumentStore>().QuerySession();
        return await session.LoadAsync<ApiKeyRecord>(id);
    }
}
