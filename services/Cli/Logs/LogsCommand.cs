using System.CommandLine;
using Platform.Cli.Terminal;
using Platform.Cli.Up;
using Spectre.Console;

namespace Platform.Cli.Logs;

internal static class LogsCommand
{
    public static Command Create(House house)
    {
        var follow = new Option<bool>("-f", "--follow") { Description = "Go on with what is written from now on." };
        var lines = new Option<int>("-n", "--lines") { Description = "Lines of each log to begin with.", DefaultValueFactory = _ => 100 };
        var service = new Argument<string[]>("service") { Description = "Such as platform, gateway-1, postgres, supervisor; all that run when left out.", Arity = ArgumentArity.ZeroOrMore };

        var command = new Command("logs", "Show what the services wrote.") { follow, lines, service };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!Directory.Exists(house.Logs)) throw new CliException($"There are no logs in {house.Data} yet: start the platform with `./platform up` first.");
            var known = Directory.EnumerateFiles(house.Logs, "*.log").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal).ToArray();
            var chosen = parsed.GetValue(service) is { Length: > 0 } asked ? asked : Running(house, known);
            if (chosen.Except(known).FirstOrDefault() is { } unknown) throw new CliException($"There is no log of \"{unknown}\"; there are {string.Join(", ", known)}.");
            var width = chosen.Length == 1 ? 0 : chosen.Max(name => name.Length);
            var tails = chosen.Select(name => new LogReader(house.Log(name), line => Show(name, width, line))).ToList();
            foreach (var tail in tails) tail.Begin(parsed.GetValue(lines));
            while (parsed.GetValue(follow))
            {
                await Task.Delay(200, cancellation);
                foreach (var tail in tails) tail.ReadOn();
            }

            return 0;
        });
        return command;
    }

    /// <summary>Those of what runs and of its supervisor; when nothing runs, all that were left.</summary>
    private static string[] Running(House house, string[] known) =>
        RunningPlatform.Read(house) is { Processes: { Count: > 0 } processes } ? [.. processes.Select(process => process.Log).Append("supervisor").Where(known.Contains)] : known;

    private static void Show(string service, int width, string line)
    {
        if (width > 0) Screen.Out.Markup($"[teal]{service.PadRight(width)}[/] [dim]│[/] ");
        Screen.Raw(line);
    }
}
