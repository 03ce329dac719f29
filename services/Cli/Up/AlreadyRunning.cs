using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary>A second <c>up</c> on the same data folder starts nothing: it tells where the first one is.</summary>
internal static class AlreadyRunning
{
    public static async Task<bool> Report(House house, CancellationToken cancellation)
    {
        if (RunningPlatform.Read(house) is not { } running) return false;
        if (!running.Ready)
        {
            var steps = new TerminalSteps();
            await steps.Step($"Another `up` (process {running.Pid}) is starting the platform", async () =>
            {
                while (running is { Ready: false })
                {
                    await Task.Delay(200, cancellation);
                    running = RunningPlatform.Read(house);
                }
            });
            if (running is null) throw new CliException("That start failed. See its output, or ./platform logs.");
        }

        Screen.Done($"The platform runs already, since {running.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss} (process {running.Pid}).");
        Welcome.Show(house, running, "./platform down stops it.");
        return true;
    }
}
