using System.CommandLine;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Status;

internal static class StatusCommand
{
    /// <summary>What <c>systemctl status</c> answers for a service that does not run.</summary>
    private const int NotRunning = 3;

    public static Command Create(House house)
    {
        var command = new Command("status", $"Show what runs and where; exit code {NotRunning} when nothing does.");
        command.SetAction(async (_, cancellation) =>
        {
            if (RunningPlatform.Read(house) is not { } running)
            {
                Screen.Raw($"The platform does not run on {house.Data}.");
                return NotRunning;
            }

            var health = !running.Ready ? "starting" : await Health.IsReady(running.Address, cancellation) ? "ready" : "not ready: ./platform logs";
            foreach (var (name, value) in new[]
            {
                ("State", health),
                ("API", running.Address + "/v1"),
                ("Page", (running.Console ?? running.Address) + "/"),
                ("Metrics", $"http://127.0.0.1:{running.Processes.FirstOrDefault(process => process.MetricsPort != 0)?.MetricsPort ?? running.MetricsPort}/metrics"),
                ("PostgreSQL", $"127.0.0.1:{running.DatabasePort}, user platform, password in {house.DatabasePassword}"),
                ("Running for", Screen.Duration(DateTimeOffset.UtcNow - running.Since)),
                ("Process", $"{running.Pid}"),
                ("Data", house.Data),
                ("Keys", house.Credentials),
            })
            {
                Screen.Field(name, value);
            }

            Screen.Raw("");
            Screen.Out.Write(await ProcessTable.Make(running.Processes, cancellation));
            return 0;
        });
        return command;
    }
}
