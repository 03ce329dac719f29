using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Generations;
using Platform.Grains.Keys;

namespace Platform.Silo.Tests.Keys;

public sealed class BootstrapKeysTests(SiloHost silo)
{
    [Fact]
    public async Task The_credentials_file_opens_the_platform()
    {
        var (api, admin) = (ApiKeySecret.New(PublicId.New("key_")), ApiKeySecret.New(PublicId.New("key_")));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""{"base_url":"http://127.0.0.1:8080/v1","api_key":"{{api}}","admin_key":"{{admin}}"}""");
            for (var start = 0; start < 2; start++)
            {
                await using var app = await SiloHost.Start(silo.Database, ("Platform:Bootstrap:CredentialsFile", file));
                var grains = app.Services.GetRequiredService<IGrainFactory>();
                Assert.Equal(new ApiKeyIdentity(ApiKeySecret.KeyId(api)!, "default", KeyScope.Project), await Verify(grains, api));
                Assert.Equal(KeyScope.Admin, (await Verify(grains, admin))?.Scope);
                await app.StopAsync();
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("""{"api_key":"sk-short","admin_key":"sk-short"}""", "api_key")]
    [InlineData("""{"admin_key":"sk-short"}""", "api_key")]
    [InlineData("not json", "is not the JSON object")]
    public async Task A_credentials_file_that_makes_no_sense_stops_the_start(string content, string named)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content);
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => SiloHost.Start(silo.Database, ("Platform:Bootstrap:CredentialsFile", file)));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ValueTask<ApiKeyIdentity?> Verify(IGrainFactory grains, string secret) =>
        grains.GetGrain<IApiKey>(ApiKeySecret.KeyId(secret)!).Verify(ApiKeySecret.Hash(secret));
}
