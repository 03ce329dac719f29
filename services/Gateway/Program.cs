using Platform.Catalog;
using Platform.Clustering;
using Platform.Eventing;
using Platform.Gateway;
using Platform.Messaging.Ledger;
using Platform.Messaging.RabbitMq;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;

return await PlatformProcess.Run("gateway", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("gateway");
    builder.AddListening("Gateway", 8080);
    builder.AddCatalog();
    builder.AddEventing();
    builder.AddClusterClient();
    builder.AddRabbitMqMessaging();
    builder.AddLedgerQueue();
    builder.AddGateway();

    var app = builder.Build();
    app.UseOpenAiErrors();
    app.UseRouting();
    app.MapGateway();
    app.MapPlatformHealth();
    return app;
});
