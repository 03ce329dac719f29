using Platform.AllInOne;
using Platform.Observability.Hosting;

return await PlatformProcess.Run("platform", () => PlatformHost.Build(args));
