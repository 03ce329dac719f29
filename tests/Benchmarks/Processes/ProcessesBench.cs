using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Benchmarks.Processes;

/// <summary>The cluster of processes over RabbitMQ and PostgreSQL, next to a bare Kestrel endpoint and a bare YARP proxy.</summary>
internal static class ProcessesBench
{
    public static async Task<Table> Run()
    {
        await using var cluster = await BenchCluster.Start(new TerminalSteps(), CancellationToken.None);
        await using var bare = await Served.Bare();
        await using var ticks = await Served.Ticks();
        await using var proxy = await Served.Proxy(ticks.Address);
        var (requests, frames, delay, open) = (new RequestCost(cluster, bare), new FrameRate(cluster), new ChunkDelay(cluster, proxy), new OpenStreams(cluster));

        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async progress =>
        {
            foreach (var (name, measure) in ((string, Func<Action<double>, Task>)[])[("requests", requests.Measure), ("chunk delay", delay.Measure), ("frames", frames.Measure), ("open streams", open.Measure)])
            {
                var task = progress.AddTask(name, maxValue: 1);
                await measure(done => task.Value = done);
                task.Value = 1;
            }
        });

        var table = new Table().AddColumn(new TableColumn("") { NoWrap = true }).AddColumns("measured", "goal");
        foreach (var (what, figure, goal) in (IEnumerable<(string, string, string)>)[.. requests.Figures(), .. delay.Figures(), .. frames.Figures(), .. open.Figures()])
            table.AddRow(what.EscapeMarkup(), figure.EscapeMarkup(), goal);
        return table.Caption("median of three rounds (least–most); everything and the load on this machine");
    }
}
