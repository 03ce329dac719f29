using Prometheus;

namespace Platform.Observability.Metering;

/// <summary>Which of the process's figures are shown: our own, the process's, and those of a few .NET meters.</summary>
internal static class MetricSources
{
    private static readonly double[] Seconds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120];
    private static int _configured;

    /// <summary>The registry is the process's, however many hosts live in it.</summary>
    public static void Configure(string service)
    {
        Metrics.CreateGauge("platform_service_info", "1 for every service in this process.", "service").WithLabels(service).Set(1);
        if (Interlocked.Exchange(ref _configured, 1) == 1) return;
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true, SuppressDebugMetrics = true });
        Metrics.ConfigureMeterAdapter(o =>
        {
            o.InstrumentFilterPredicate = i => i.Meter.Name is "Microsoft.AspNetCore.Hosting" or "Microsoft.AspNetCore.Server.Kestrel" or "System.Runtime"
                or "Marten" or "Microsoft.Orleans" or "MassTransit" or "Npgsql";
            o.ResolveHistogramBuckets = i => i.Unit == "s" ? Seconds : MeterAdapterOptions.DefaultHistogramBuckets;
        });
    }
}
