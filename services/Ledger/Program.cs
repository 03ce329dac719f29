using Platform.Catalog;
using Platform.Clustering;
using Platform.Eventing;
using Platform.Ledger;
using Platform.Messaging.RabbitMq;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;

return await PlatformProcess.Run("ledger", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("ledger");
    builder.AddListening("Health", 8081);
    builder.AddCatalog();
    builder.AddEventing();
    builder.AddClusterClient();
    builder.AddRabbitMqMessaging();
    builder.AddQueuedLedger();
    builder.AddUpkeep();

    var app = builder.Build();
    app.MapPlatformHealth();
    return app;
});
