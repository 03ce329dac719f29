using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing;
using Platform.Fixtures;
using Platform.Observability;
using Platform.Observability.Health;

[assembly: AssemblyFixture(typeof(Platform.Silo.Tests.SiloHost))]

namespace Platform.Silo.Tests;

/// <summary>The silo as services compose it, on a database of its own.</summary>
public sealed class SiloHost : IAsyncLifetime
{
    private TestDatabase? _database;
    private WebApplication? _app;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The silo has not started.");

    public TestDatabase Database => _database ?? throw new InvalidOperationException("The silo has not started.");

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _app = await Start(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>Another platform on the same machine, perhaps on the same database.</summary>
    public static async Task<WebApplication> Start(TestDatabase database, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Configuration["Platform:Database:ConnectionString"] = database.ConnectionString;
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.AddPlatformDefaults("silo");
        builder.AddEventing();
        builder.AddSilo();
        var app = builder.Build();
        app.MapPlatformHealth();
        await app.StartAsync();
        return app;
    }
}
