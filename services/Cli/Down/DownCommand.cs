using System.CommandLine;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Down;

internal static class DownCommand
{
    public static Command Create(House house)
    {
        var command = new Command("down", "Stop the platform that runs on this data folder.");
        command.SetAction(async (_, cancellation) =>
        {
            if (RunningPlatform.Read(house) is not { } running)
            {
                Screen.Raw("The platform does not run.");
                return 0;
            }

            var steps = new TerminalSteps();
            await steps.Step("Stopping the platform, then what it stands on", async () =>
            {
                TiedProcess.Terminate(running.Pid);
                while (RunningPlatform.StartTicksOf(running.Pid) == running.StartTicks) await Task.Delay(50, cancellation);
            });
            return 0;
        });
        return command;
    }
}
