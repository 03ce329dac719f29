using Platform.Eventing;
using Platform.Observability;
using Platform.Observability.Health;
using Platform.Observability.Hosting;
using Platform.Silo;

return await PlatformProcess.Run("silo", () =>
{
    var builder = PlatformProcess.Builder(args);
    builder.AddPlatformDefaults("silo");
    builder.AddListening("Health", 8081);
    builder.AddEventing();
    builder.AddClusteredSilo();

    var app = builder.Build();
    app.MapPlatformHealth();
    return app;
});
