using System.CommandLine;
using System.Diagnostics;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Bench;

/// <summary>Runs the benchmarks, which the script <c>platform</c> has built.</summary>
internal static class BenchCommand
{
    public static Command Create(House house)
    {
        var parts = new Argument<string[]>("part") { Description = "gateway, chat, peer, pace, soak, embeddings, ledger, quota, video, shapes, processes; all when left out.", Arity = ArgumentArity.ZeroOrMore };
        var processes = new Option<bool>("--processes") { Description = "The part processes: the cluster of `up --processes`, over RabbitMQ." };
        var command = new Command("bench", "Measure speed and cost, side by side in one run.") { parts, processes };
        command.SetAction(async (parsed, cancellation) =>
        {
            await Natives.Fetch(house, new TerminalSteps(), cancellation);
            using var bench = Process.Start(new ProcessStartInfo(Path.Combine(house.Built("Benchmarks"), "Platform.Benchmarks"), [.. parsed.GetValue(parts) ?? [], .. parsed.GetValue(processes) ? ["processes"] : Array.Empty<string>()]))!; // never null without the shell
            await bench.WaitForExitAsync(cancellation);
            return bench.ExitCode;
        });
        return command;
    }
}
