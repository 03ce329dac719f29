using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Platform.Observability.Metering;

/// <summary>Serves <c>/metrics</c> on a port of its own, so that the public one never shows them.</summary>
internal sealed class MetricsListener(IOptions<MetricsOptions> options) : IHostedService, IDisposable
{
    private KestrelMetricServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Port == 0) return;
        // .NET meters are listened to from the first collection on.
        await Metrics.DefaultRegistry.CollectAndExportAsTextAsync(Stream.Null, cancellationToken);
        _server = new KestrelMetricServer(options.Value.Host, options.Value.Port);
        _server.Start();
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync() ?? Task.CompletedTask;

    public void Dispose() => (_server as IDisposable)?.Dispose();
}
