using System.Net.Http.Headers;
using System.Text;
using Platform.Fixtures;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>Requests a second, CPU a request and latency of the whole road, with every generation persisted, next to what HTTP alone costs.</summary>
internal static class GatewayBench
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes($$"""{"model":"{{Served.Model}}","messages":[{"role":"user","content":"the sea and the sky"}],"max_tokens":16,"seed":1}""");
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public static async Task<Table> Run()
    {
        await using var database = await PostgresServer.CreateDatabase();
        await using var bare = await Served.Bare();
        await using var platform = await Served.Platform(database);
        foreach (var served in (Served[])[bare, platform]) await Load.Closed(16, Duration, () => Ask(served));   // compiled and warm

        var (bareClosed, bareCpu) = await Closed(bare);
        var (closed, cpu) = await Closed(platform);
        var rate = Math.Min(1000, closed.PerSecond / 3);
        var bareOpen = await Load.Open(rate, Duration, () => Ask(bare));
        var open = await Load.Open(rate, Duration, () => Ask(platform));

        var table = new Table().AddColumns("", "bare Kestrel", "platform", "ratio or difference");
        Row("requests/s, 32 in flight", bareClosed.PerSecond, closed.PerSecond, "F0", $"{closed.PerSecond / bareClosed.PerSecond:F2} ×");
        Row("CPU a request, ms", bareCpu, cpu, "F3", $"+ {cpu - bareCpu:F3}");
        Row($"p50 at {rate:F0}/s, ms", bareOpen.Ms(0.5), open.Ms(0.5), "F2", $"+ {open.Ms(0.5) - bareOpen.Ms(0.5):F2}");
        Row($"p99 at {rate:F0}/s, ms", bareOpen.Ms(0.99), open.Ms(0.99), "F2", $"+ {open.Ms(0.99) - bareOpen.Ms(0.99):F2}");
        Row("memory, MiB", bare.MemoryBytes / 1048576.0, platform.MemoryBytes / 1048576.0, "F0", "");
        return table;

        void Row(string name, double first, double second, string format, string ratio) =>
            table.AddRow(name, first.ToString(format), second.ToString(format), ratio);
    }

    private static async Task<(Measured Measured, double CpuMs)> Closed(Served served)
    {
        var before = served.Cpu;
        var measured = await Load.Closed(32, Duration, () => Ask(served));
        return (measured, (served.Cpu - before).TotalMilliseconds / measured.Count);
    }

    private static async Task Ask(Served served)
    {
        using var content = new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await served.Client.PostAsync("v1/chat/completions", content);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
