using Prometheus;

namespace Platform.Observability.Metering;

/// <summary>Gauges of one model's pool of workers.</summary>
public sealed class PoolMetrics
{
    private static readonly string[] Model = ["gen_ai_request_model"];
    private static readonly Gauge Waiting = Metrics.CreateGauge("platform_pool_waiting_tickets", "Tickets that wait for a worker.", Model);
    private static readonly Gauge Slots = Metrics.CreateGauge("platform_pool_slots", "Slots of the live workers.", Model);
    private static readonly Gauge Busy = Metrics.CreateGauge("platform_pool_busy_slots", "Slots granted to tickets.", Model);
    private static readonly Gauge Workers = Metrics.CreateGauge("platform_pool_workers", "Live workers.", Model);

    private readonly Gauge.Child _waiting, _slots, _busy, _workers;

    private PoolMetrics(string model)
    {
        _waiting = Waiting.WithLabels(model);
        _slots = Slots.WithLabels(model);
        _busy = Busy.WithLabels(model);
        _workers = Workers.WithLabels(model);
    }

    /// <param name="model">A catalogue id, never what a client wrote: labels are bounded.</param>
    public static PoolMetrics For(string model) => new(model);

    public void Set(int waiting, int slots, int busy, int workers)
    {
        _waiting.Set(waiting);
        _slots.Set(slots);
        _busy.Set(busy);
        _workers.Set(workers);
    }
}
