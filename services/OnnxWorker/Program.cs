using Platform.Catalog;
using Platform.Clustering;
using Platform.Eventing;
using Platform.Messaging.RabbitMq;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;
using Platform.OnnxWorker;

return await PlatformProcess.Run("onnx-worker", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("onnx-worker");
    builder.AddListening("Health", 8081);
    builder.AddCatalog();
    builder.AddEventing();
    builder.AddClusterClient();
    builder.AddRabbitMqMessaging();
    builder.AddOnnxWorker();

    var app = builder.Build();
    app.MapPlatformHealth();
    return app;
});
