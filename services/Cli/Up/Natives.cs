using System.Diagnostics;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

internal static class Natives
{
    /// <summary>Makes sure that the pinned llama.cpp libraries are there; returns their folder.</summary>
    public static Task<string> Fetch(House house, ISteps steps, CancellationToken cancellation) => steps.Step("Native libraries", async () =>
    {
        using var fetch = await TiedProcess.Start(new ProcessStartInfo(house.FetchNatives, ["llama"]), "TERM");
        var (folder, errors) = (fetch.StandardOutput.ReadToEndAsync(cancellation), fetch.StandardError.ReadToEndAsync(cancellation));
        await fetch.WaitForExitAsync(cancellation);
        return fetch.ExitCode == 0 ? (await folder).Trim() : throw new CliException((await errors).Trim());
    });
}
