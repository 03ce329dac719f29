using Platform.Catalog;
using Platform.Clustering;
using Platform.LlamaWorker;
using Platform.Messaging.Ledger;
using Platform.Messaging.RabbitMq;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;

return await PlatformProcess.Run("llama-worker", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("llama-worker");
    builder.AddListening("Health", 8081);
    builder.AddCatalog();
    builder.AddClusterClient();
    builder.AddRabbitMqMessaging();
    builder.AddLedgerQueue();
    builder.AddLlamaWorker();

    var app = builder.Build();
    app.MapPlatformHealth();
    return app;
});
