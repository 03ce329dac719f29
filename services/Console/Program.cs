using Platform.Catalog;
using Platform.Clustering;
using Platform.Eventing;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;
using Platform.WebConsole;

return await PlatformProcess.Run("console", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("console");
    builder.AddListening("Console", 8082);
    builder.AddCatalog();
    builder.AddEventing();
    builder.AddClusterClient();
    builder.AddConsole();
    builder.AddGatewayForward();

    var app = builder.Build();
    app.MapConsole();
    app.MapGatewayForward();
    app.MapPlatformHealth();
    return app;
});
