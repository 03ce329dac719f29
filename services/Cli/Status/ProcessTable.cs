using System.Globalization;
using Platform.Cli.Api;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Cli.Up;
using Spectre.Console;

namespace Platform.Cli.Status;

/// <summary>A line for each process of the platform: whether it is well, how long it has run, and what it uses and does.</summary>
internal static class ProcessTable
{
    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(300);

    public static async Task<Table> Make(IReadOnlyList<RunningProcess> processes, CancellationToken cancellation)
    {
        var before = processes.Select(process => ProcessUse.Of(process.Pid)).ToList();
        var health = Task.WhenAll(processes.Select(process => HealthOf(process, cancellation)));
        var load = Task.WhenAll(processes.Select(process => Load.Of(process, cancellation)));
        await Task.Delay(Measured, cancellation);
        var table = Screen.Table("process", "pid", "health", "running for", "restarts", "memory", "CPU", "load");
        foreach (var (i, process) in processes.Index())
        {
            var use = ProcessUse.Of(process.Pid);
            table.AddRow(
                process.Name.EscapeMarkup(), Text(process.Pid), (await health)[i], Screen.Duration(DateTimeOffset.UtcNow - process.Since), Text(process.Restarts),
                $"{use.MemoryBytes / 1048576} MiB", $"{Math.Max(0, (use.Cpu - before[i].Cpu) / Measured):P0}", (await load)[i].EscapeMarkup());
        }

        return table;
    }

    private static async Task<string> HealthOf(RunningProcess process, CancellationToken cancellation)
    {
        if (ProcessUse.Of(process.Pid).Processes == 0) return "[red]down[/]";
        if (process.Address is not { } address) return "[green]runs[/]";
        return await Health.IsReady(address, cancellation) ? "[green]ready[/]" : "[yellow]not ready[/]";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
