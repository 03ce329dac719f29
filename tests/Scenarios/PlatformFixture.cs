using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Platform.AllInOne;
using Platform.Catalog;
using Platform.Contracts.Generations;
using Platform.Eventing.Content;
using Platform.Fixtures;
using Platform.Grains.Keys;
using Platform.Scenarios.Tests;

[assembly: AssemblyFixture(typeof(PlatformFixture))]
// scenarios take times and share two cores and one platform
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Platform.Scenarios.Tests;

/// <summary>The whole platform in this process, as <c>services/AllInOne</c> composes it, with a database, a catalogue and keys of its own.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("platform-scenarios-").FullName;
    private TestDatabase? _database;
    private WebApplication? _app;

    /// <summary>Speaks to the platform under <see cref="ApiKey"/>.</summary>
    public HttpClient Client { get; private set; } = null!; // set before the first test

    public Uri Address { get; private set; } = null!; // set before the first test
    public string ApiKey { get; } = ApiKeySecret.New(PublicId.New("key_"));
    public string AdminKey { get; } = ApiKeySecret.New(PublicId.New("key_"));
    public IServiceProvider Services => _app!.Services;
    public string CatalogueFile => Path.Combine(_folder, "catalog.json");
    public string BlobFolder => Path.Combine(_folder, "blobs");
    public string ConnectionString => _database!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await Tools.EnsureFfmpeg();
        _database = await PostgresServer.CreateDatabase();
        TestCatalogue.Write(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "credentials.json"), JsonSerializer.Serialize(new { base_url = "", api_key = ApiKey, admin_key = AdminKey }));
        await Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _database!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Stops the platform as SIGTERM does and starts it again on the same data.</summary>
    public async Task Restart()
    {
        await Stop();
        await Start();
    }

    /// <summary>The file a model's engine opens.</summary>
    public string FileOf(string model) =>
        Services.GetRequiredService<ModelCatalog>() is var catalog && catalog.Find(model) is { Files: [var file, ..] } found ? catalog.PathOf(found, file) : throw new ArgumentException($"{model} has no file.");

    /// <summary>A client under another key, or none.</summary>
    public HttpClient ClientOf(string? key)
    {
        // an answer that is not read to its end hangs up at once
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    /// <summary>The secret of a new key.</summary>
    public async Task<string> NewKey(string project)
    {
        var id = PublicId.New("key_");
        return await Services.GetRequiredService<IGrainFactory>().GetGrain<IApiKey>(id).Create(new NewApiKey(project, "test", KeyScope.Project));
    }

    /// <summary>What the ledger keeps of what was said in a generation; null: nothing.</summary>
    public Task<StoredContent?> ContentOf(string generationId) => Services.GetRequiredService<ContentReader>().Read(generationId, TestContext.Current.CancellationToken);

    private async Task Start()
    {
        _app = PlatformHost.Build([], new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Platform:Database:ConnectionString"] = ConnectionString,
            ["Platform:Catalog:File"] = CatalogueFile,
            ["Platform:Bootstrap:CredentialsFile"] = Path.Combine(_folder, "credentials.json"),
            ["Platform:Blobs:Folder"] = BlobFolder,
            ["Platform:OnnxWorker:Videos:Lease"] = "00:00:02",
            ["Platform:Webhooks:AllowPrivateAddresses"] = "true",
            ["Platform:Webhooks:FirstPause"] = "00:00:00.1",
            ["Platform:Metrics:Port"] = "0",
            ["Platform:Worker:DrainSeconds"] = "5",
            ["Logging:LogLevel:Default"] = "Warning",
        });
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = ClientOf(ApiKey);
        await Eventually.Holds(async () => await Health(), health => health == "", TimeSpan.FromSeconds(60));
    }

    /// <summary>Empty when ready, else what is not.</summary>
    private async Task<string> Health()
    {
        using var answer = await Client.GetAsync("health/ready");
        return answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync();
    }

    private async Task Stop()
    {
        Client.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }
}
