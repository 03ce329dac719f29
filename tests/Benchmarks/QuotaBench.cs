using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Generations;
using Platform.Grains.Quotas;
using Spectre.Console;

namespace Platform.Benchmarks;

internal static class QuotaBench
{
    private const int Callers = 64, Pairs = 4000;

    public static async Task<Table> Run()
    {
        await using var host = await BenchHost.Start();
        var quota = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IProjectQuota>("bench");
        var rate = new Rate(1_000_000_000, 1_000_000_000_000);
        var budget = new Budget(1_000_000_000_000, 1_000_000_000_000);
        await quota.Configure(new()
        {
            Project = rate, Keys = new Dictionary<string, Rate> { ["key"] = rate }, Models = new Dictionary<string, Rate> { ["model"] = rate },
            ProjectBudget = budget, KeyBudgets = new Dictionary<string, Budget> { ["key"] = budget },
        });
        await Measure(quota, Pairs / 4);
        var (pairs, cpu) = await Measure(quota, Pairs);
        return new Table().AddColumns("", "").AddRow($"reserve + settle pairs/s, {Callers} callers, one project", $"{pairs:F0}").AddRow("CPU a pair, µs", $"{cpu:F1}");
    }

    private static async Task<(double PairsPerSecond, double CpuMicros)> Measure(IProjectQuota quota, int each)
    {
        var ids = Enumerable.Range(0, Callers * each).Select(_ => PublicId.New("chatcmpl-")).ToArray();
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var id = ids[caller * each + i];
                var answer = await quota.Reserve(new(id, "key", "model", new(300, 300)));
                if (!answer.Granted) throw new InvalidOperationException($"refused by {answer.Limit}");
                await quota.Settle(id, new(120, 120), nothingToRecord: true);
            }
        })));
        return (ids.Length / Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / ids.Length);
    }
}
