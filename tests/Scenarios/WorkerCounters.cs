using System.Globalization;
using System.Text;
using Prometheus;

namespace Platform.Scenarios.Tests;

/// <summary>What the worker says of itself, as a scrape of its metrics shows it.</summary>
internal static class WorkerCounters
{
    public static double Running(string model) => Read("platform_worker_running_sequences", model);

    public static (long Prompt, long Cached, long Completion) Tokens(string model) =>
        ((long)Read("platform_worker_prompt_tokens_total", model), (long)Read("platform_worker_cached_tokens_total", model), (long)Read("platform_worker_completion_tokens_total", model));

    private static double Read(string name, string model)
    {
        using var scraped = new MemoryStream();
        Metrics.DefaultRegistry.CollectAndExportAsTextAsync(scraped).GetAwaiter().GetResult();
        var sample = $"{name}{{gen_ai_request_model=\"{model}\"}} ";
        var line = Encoding.UTF8.GetString(scraped.ToArray()).Split('\n').Single(line => line.StartsWith(sample, StringComparison.Ordinal));
        return double.Parse(line[sample.Length..], CultureInfo.InvariantCulture);
    }
}
