using System.Diagnostics;

namespace Platform.Scenarios.Tests;

/// <summary>Programs from Debian packages that scenarios need.</summary>
internal static class Tools
{
    /// <summary>Makes ffmpeg findable for this process and those it starts, as <c>infra/tools/ensure</c> installs or unpacks it.</summary>
    public static async Task EnsureFfmpeg()
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Find(), "infra", "tools", "ensure"), ["ffmpeg"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!; // never null without the shell
        var below = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        // it lies in tools/ffmpeg of the data folder, where the platform looks for it
        if (below != "/") Environment.SetEnvironmentVariable("PLATFORM_DATA", Path.GetFullPath(Path.Combine(below, "../..")));
    }
}
