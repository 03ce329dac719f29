using Platform.Inference.Batching;
using Prometheus;

namespace Platform.LlamaWorker.Models;

/// <summary>What the batchers are doing, read when the metrics are collected.</summary>
internal static class BatcherGauges
{
    private static readonly string[] Model = ["gen_ai_request_model"];
    private static readonly Gauge Slots = Metrics.CreateGauge("platform_worker_slots", "Sequences decoded at once.", Model);
    private static readonly Gauge Running = Metrics.CreateGauge("platform_worker_running_sequences", "Sequences in the running batch.", Model);
    private static readonly Gauge Waiting = Metrics.CreateGauge("platform_worker_waiting_sequences", "Sequences that wait for a slot.", Model);
    private static readonly Gauge Cells = Metrics.CreateGauge("platform_worker_cache_cells_used", "Cells of the KV cache in use.", Model);
    private static readonly Gauge HostTokens = Metrics.CreateGauge("platform_worker_host_cache_tokens", "Tokens of idle caches in the host's memory.", Model);
    private static readonly Gauge Steps = Metrics.CreateGauge("platform_worker_steps", "Decode steps since the model was loaded.", Model);
    private static readonly Gauge Decoding = Metrics.CreateGauge("platform_worker_decode_seconds", "Time in the engine's decode since the model was loaded.", Model);
    private static readonly Gauge Overhead = Metrics.CreateGauge("platform_worker_overhead_seconds", "Time of steps outside decode since the model was loaded.", Model);

    /// <summary>The registry is the process's and keeps the callback; a host that has gone has no models.</summary>
    public static void Show(HostedModels models) => Metrics.DefaultRegistry.AddBeforeCollectCallback(() =>
    {
        foreach (var model in models.Served)
        {
            if (model.Loaded is { Batcher: var batcher }) Set(model.Entry.Id, batcher.Options.Slots, batcher.Report());
            else Set(model.Entry.Id, 0, default);
        }
    });

    private static void Set(string model, int slots, BatcherReport report)
    {
        Slots.WithLabels(model).Set(slots);
        Running.WithLabels(model).Set(report.Running);
        Waiting.WithLabels(model).Set(report.Waiting);
        Cells.WithLabels(model).Set(report.CellsUsed);
        HostTokens.WithLabels(model).Set(report.HostTokens);
        Steps.WithLabels(model).Set(report.Steps);
        Decoding.WithLabels(model).Set(report.DecodeMicros / 1e6);
        Overhead.WithLabels(model).Set(report.OverheadMicros / 1e6);
    }
}
