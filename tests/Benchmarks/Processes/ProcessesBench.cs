using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Benchmarks.Processes;

/// <summary>The cluster of processes over RabbitMQ and PostgreSQL, next to a bare Kestrel endpoint and a bare YARP proxy. <c>PLATFORM_PROCESSES=streams,delays</c> measures those parts only.</summary>
internal static class ProcessesBench
{
    public static async Task<Table> Run()
    {
        var only = Environment.GetEnvironmentVariable("PLATFORM_PROCESSES")?.Split(',');
        await using var cluster = await BenchCluster.Start(new TerminalSteps(), CancellationToken.None);
        await using var bare = await Served.Bare();
        await using var ticks = await Served.Ticks();
        await using var proxy = await Served.Proxy(ticks.Address);
        var (requests, frames, delays, open) = (new RequestCost(cluster, bare), new FrameRate(cluster), new ChunkDelay(cluster, proxy), new OpenStreams(cluster, ticks));
        var parts = new (string Name, Func<Action<double>, Task> Measure, Func<IEnumerable<(string What, string Figure, string Goal)>> Figures)[]
        {
            ("requests", requests.Measure, requests.Figures), ("delays", delays.Measure, delays.Figures), ("frames", frames.Measure, frames.Figures), ("streams", open.Measure, open.Figures),
        };
        if (only?.Except(parts.Select(part => part.Name)).FirstOrDefault() is { } unknown) throw new ArgumentException($"PLATFORM_PROCESSES names '{unknown}'; the parts are {string.Join(", ", parts.Select(part => part.Name))}.");
        var chosen = parts.Where(part => only?.Contains(part.Name) ?? true).ToArray();

        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async progress =>
        {
            foreach (var (name, measure, _) in chosen)
            {
                var task = progress.AddTask(name, maxValue: 1);
                await measure(done => task.Value = done);
                task.Value = 1;
            }
        });

        var table = new Table().AddColumn(new TableColumn("") { NoWrap = true }).AddColumns("measured", "goal");
        foreach (var (what, figure, goal) in chosen.SelectMany(part => part.Figures()))
            table.AddRow(what.EscapeMarkup(), figure.EscapeMarkup(), goal);
        return table.Caption("median of three rounds (least–most); everything and the load on this machine");
    }
}
