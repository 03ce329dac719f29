using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary><c>up</c> in the terminal: runs until Ctrl-C.</summary>
internal static class ForegroundUp
{
    public static async Task<int> Run(House house, UpOptions options, CancellationToken cancellation)
    {
        if (await AlreadyRunning.Report(house, cancellation)) return 0;

        await using var supervisor = Supervisor.Take(house, Screen.Warn);
        var ready = await supervisor.Start(options, new TerminalSteps(), cancellation);
        Welcome.Show(house, ready, "Ctrl-C stops it.");
        await Signals.Wait(cancellation);
        Screen.Raw("");
        await supervisor.Stop(new TerminalSteps());
        return 0;
    }
}
