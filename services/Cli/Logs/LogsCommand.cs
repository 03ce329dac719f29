using System.CommandLine;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Logs;

internal static class LogsCommand
{
    private static readonly string[] Services = ["platform", "postgres", "supervisor"];

    public static Command Create(House house)
    {
        var follow = new Option<bool>("-f", "--follow") { Description = "Go on with what is written from now on." };
        var lines = new Option<int>("-n", "--lines") { Description = "Lines of each log to begin with.", DefaultValueFactory = _ => 100 };
        var service = new Argument<string?>("service") { Description = $"One of {string.Join(", ", Services)}; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        service.AcceptOnlyFromAmong(Services);

        var command = new Command("logs", "Show what the services wrote.") { follow, lines, service };
        command.SetAction(async (parsed, cancellation) =>
        {
            var chosen = parsed.GetValue(service) is { } one ? [one] : Services;
            if (!Directory.Exists(house.Logs)) throw new CliException($"There are no logs in {house.Data} yet: start the platform with `./platform up` first.");
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

    private static void Show(string service, int width, string line)
    {
        if (width > 0) Screen.Out.Markup($"[teal]{service.PadRight(width)}[/] [dim]│[/] ");
        Screen.Raw(line);
    }
}
