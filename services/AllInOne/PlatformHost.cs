using Platform.Catalog;
using Platform.Eventing;
using Platform.Gateway;
using Platform.Ledger;
using Platform.LlamaWorker;
using Platform.Messaging.InProcess;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;
using Platform.OnnxWorker;
using Platform.Silo;
using Platform.WebConsole;

namespace Platform.AllInOne;

/// <summary>All services in one process.</summary>
public static class PlatformHost
{
    /// <param name="settings">Configuration that wins over files and environment.</param>
    public static WebApplication Build(string[] args, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var builder = PlatformProcess.Builder(args);
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);

        builder.AddPlatformDefaults("all-in-one");
        builder.AddListening("Gateway", 8080);
        builder.AddCatalog();
        builder.AddInProcessMessaging();
        builder.AddEventing();
        builder.AddSilo();
        builder.AddLedger();
        builder.AddUpkeep();
        builder.AddLlamaWorker();
        builder.AddOnnxWorker();
        builder.AddGateway();
        builder.AddConsole();

        var app = builder.Build();
        app.UseOpenAiErrors();
        app.UseConsole();
        app.UseRouting();
        app.MapGateway();
        app.MapConsole();
        app.MapPlatformHealth();
        return app;
    }
}
