using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Chaos;

/// <summary>Runs the chaos scenario with a seed and a length of its own: a cluster under load, one process after the other killed, held up, cut off or stopped, then the books.</summary>
internal static class ChaosCommand
{
    /// <summary>What the scenario says follows it.</summary>
    private const string Said = "[OUTPUT] ";

    public static Command Create(House house)
    {
        var seed = new Option<int>("--seed") { Description = "Which disturbances come, and in which order.", DefaultValueFactory = _ => Random.Shared.Next(10_000) };
        var minutes = new Option<double>("--minutes") { Description = "How long it goes on.", DefaultValueFactory = _ => 5 };
        var every = new Option<double>("--every") { Description = "Seconds from one disturbance to the next; 0: as soon as all is well again." };
        var only = new Option<string>("--only") { Description = "Only disturbances with one of these parts, joined by commas, in their names: 'kill -9,cut'.", DefaultValueFactory = _ => "" };
        var smolLm = new Option<int>("--smollm2") { Description = "How many of the clients talk to the bundled model, which takes the time of a whole core; 0: none.", DefaultValueFactory = _ => 1 };
        var command = new Command("chaos", "Kill, hold up, cut off and stop the processes of a cluster under load, and check that nothing is lost, repeated or billed twice.") { seed, minutes, every, only, smolLm };
        command.SetAction((parsed, cancellation) => Run(house, new()
        {
            ["SEED"] = Text(parsed.GetValue(seed)), ["MINUTES"] = Text(parsed.GetValue(minutes)), ["EVERY"] = Text(parsed.GetValue(every)), ["ONLY"] = parsed.GetValue(only)!, // it has a default
            ["SMOLLM2"] = Text(parsed.GetValue(smolLm)),
        }, cancellation));
        return command;
    }

    private static async Task<int> Run(House house, Dictionary<string, string> settings, CancellationToken cancellation)
    {
        await Natives.Fetch(house, new TerminalSteps(), cancellation);
        var logs = Path.Combine(house.Data, "chaos");
        if (Directory.Exists(logs)) Directory.Delete(logs, recursive: true);
        Screen.Raw($"seed {settings["SEED"]}, {settings["MINUTES"]} minutes; logs in {logs}");
        var start = new ProcessStartInfo(Path.Combine(house.Built("Scenarios.Tests"), "Platform.Scenarios.Tests"), ["-class", "Platform.Scenarios.Tests.Chaos.ChaosTests", "-showLiveOutput", "-noColor"])
        {
            RedirectStandardOutput = true,
            Environment = { ["PLATFORM_CLUSTER_LOGS"] = logs },
        };
        foreach (var (name, value) in settings) start.Environment["PLATFORM_CHAOS_" + name] = value;
        using var process = Process.Start(start)!; // never null without the shell
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line) Screen.Raw(line[(line.IndexOf(Said, StringComparison.Ordinal) is >= 0 and var at ? at + Said.Length : 0)..]);
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode;
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
