using Microsoft.Extensions.Options;
using Platform.AllInOne;
using Platform.Catalog;

try
{
    await using var app = PlatformHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or CatalogException or InvalidOperationException or InvalidDataException or IOException)
{
    await Console.Error.WriteLineAsync($"platform: {e.Message}");
    return 1;
}
