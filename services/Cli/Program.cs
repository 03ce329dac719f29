using System.CommandLine;
using Platform.Cli;
using Platform.Cli.Bench;
using Platform.Cli.Chaos;
using Platform.Cli.Chat;
using Platform.Cli.Down;
using Platform.Cli.Keys;
using Platform.Cli.Limits;
using Platform.Cli.Logs;
using Platform.Cli.Models;
using Platform.Cli.Status;
using Platform.Cli.Terminal;
using Platform.Cli.Testing;
using Platform.Cli.Up;
using Platform.Cli.Usage;

var house = House.FromEnvironment();
using var signals = new Signals();
var root = new RootCommand("A team's own OpenAI, built on open models.")
{
    UpCommand.Create(house),
    DownCommand.Create(house),
    StatusCommand.Create(house),
    LogsCommand.Create(house),
    ChatCommand.Create(house, signals),
    ModelsCommand.Create(house),
    KeysCommand.Create(house),
    LimitsCommand.Create(house),
    UsageCommand.Create(house),
    TestCommand.Create(house),
    BenchCommand.Create(house),
    ChaosCommand.Create(house),
};

return await Screen.Guard(() => root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, signals.Token));
