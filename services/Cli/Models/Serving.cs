using System.Diagnostics;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Models;

internal static class Serving
{
    /// <summary>Waits until a running platform has read the change.</summary>
    public static async Task Noticed(House house, string name, bool served, CancellationToken cancellation)
    {
        if (RunningPlatform.Read(house) is not { Ready: true }) return;
        using var api = PlatformApi.AsApplication(house);
        for (var patience = Stopwatch.StartNew(); await api.Serves(name, cancellation) != served; await Task.Delay(100, cancellation))
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(15)) throw new CliException($"The change is written to {house.OperatorFile}, but the running platform has not taken it up: see ./platform logs.");
        }
    }
}
