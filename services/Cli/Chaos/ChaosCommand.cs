using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Chaos;

/// <summary>Runs the chaos scenario with a seed and a length of its own: a cluster under load, one process after the other killed, held up or stopped, then the books.</summary>
internal static class ChaosCommand
{
    public static Command Create(House house)
    {
        var seed = new Option<int>("--seed") { Description = "Which disturbances come, and in which order.", DefaultValueFactory = _ => Random.Shared.Next(10_000) };
        var minutes = new Option<double>("--minutes") { Description = "How long it goes on.", DefaultValueFactory = _ => 5 };
        var command = new Command("chaos", "Kill, hold up and stop the processes of a cluster under load, and check that nothing is lost, repeated or billed twice.") { seed, minutes };
        command.SetAction((parsed, cancellation) => Run(house, parsed.GetValue(seed), parsed.GetValue(minutes), cancellation));
        return command;
    }

    private static async Task<int> Run(House house, int seed, double minutes, CancellationToken cancellation)
    {
        await Natives.Fetch(house, new TerminalSteps(), cancellation);
        Screen.Raw($"seed {seed}, {minutes} minutes");
        var program = Path.Combine(house.Built("Scenarios.Tests"), "Platform.Scenarios.Tests");
        var start = new ProcessStartInfo(program, ["-class", "Platform.Scenarios.Tests.Chaos.ChaosTests", "-showLiveOutput"])
        {
            Environment =
            {
                ["PLATFORM_CHAOS_SEED"] = seed.ToString(CultureInfo.InvariantCulture),
                ["PLATFORM_CHAOS_MINUTES"] = minutes.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var process = Process.Start(start)!; // never null without the shell
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode;
    }
}
