using System.Globalization;
using Platform.Cli.Up;

namespace Platform.Cli.Status;

/// <summary>What a process does at the moment, by its own metrics.</summary>
internal static class Load
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>A figure, by the beginning of a sample's name; the samples it fits are added up.</summary>
    private static readonly (string Log, string Metric, string Unit)[] Figures =
    [
        ("gateway", "microsoft_aspnetcore_hosting_http_server_active_requests{http_request_method=\"POST\"", "requests"),
        ("llama-worker", "platform_worker_running_sequences", "sequences"),
        ("ledger", "platform_ledger_queue_messages{queue=\"ledger\"}", "messages wait"),
        ("ledger", "platform_ledger_queue_messages{queue=\"ledger-refused\"}", "refused"),
        ("ledger", "platform_projection_lag_events", "events behind"),
        ("silo", "platform_pool_busy_slots", "slots busy"),
        ("silo", "platform_pool_waiting_tickets", "tickets wait"),
    ];

    public static async Task<string> Of(RunningProcess process, CancellationToken cancellation)
    {
        var figures = Figures.Where(figure => process.Log == figure.Log || process.Log.StartsWith(figure.Log + "-", StringComparison.Ordinal)).ToList();
        if (figures.Count == 0 || process.MetricsPort == 0) return "";
        try
        {
            var samples = (await Http.GetStringAsync($"http://127.0.0.1:{process.MetricsPort}/metrics", cancellation)).Split('\n');
            return string.Join(", ", figures.Select(figure => $"{Sum(samples, figure.Metric):0} {figure.Unit}"));
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return "";
        }
    }

    internal static double Sum(IEnumerable<string> samples, string metric) => samples
        .Where(sample => sample.StartsWith(metric, StringComparison.Ordinal))
        .Sum(sample => double.TryParse(sample.AsSpan(sample.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture, out var value) ? value : 0);
}
