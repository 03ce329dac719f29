using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Catalog;

/// <summary>Looks once a second whether a catalogue file has changed. A broken one is told once and changes nothing.</summary>
internal sealed partial class CatalogWatch(ModelCatalog catalog, ILogger<CatalogWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!catalog.IsStale)
            {
                continue;
            }

            try
            {
                catalog.Reload();
                Log.CatalogReloaded(logger, catalog.Models.Count);
            }
            catch (CatalogException e)
            {
                Log.CatalogRefused(logger, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Catalogue read again: {Models} models")]
        public static partial void CatalogReloaded(ILogger logger, int models);

        [LoggerMessage(2, LogLevel.Error, "Catalogue stays as it was: {Problem}")]
        public static partial void CatalogRefused(ILogger logger, string problem);
    }
}
