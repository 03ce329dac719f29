using System.Diagnostics;

namespace Platform.Scenarios.Tests.Clients;

/// <summary>The scripts of the folder <c>node</c>, with the packages its lock file names.</summary>
internal static class NodeScripts
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "tests", "Scenarios", "Clients", "node");

    /// <summary>To its end; fails with what it printed.</summary>
    public static async Task Run(string script, Dictionary<string, string> environment)
    {
        await Install();
        await Run("node", [script], environment);
    }

    public static async Task<string> Run(string command, string[] arguments, Dictionary<string, string> environment)
    {
        using var process = Process.Start(Command(command, arguments, environment))!; // never null without the shell
        var cancellation = TestContext.Current.CancellationToken;
        var output = Task.WhenAll<string>(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(3), cancellation);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        var printed = await output;
        Assert.True(process.ExitCode == 0, string.Join('\n', printed));
        return printed[0];
    }

    public static async Task Install()
    {
        var (asked, installed) = (new FileInfo(Path.Combine(Folder, "package-lock.json")), new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json")));
        if (!installed.Exists || installed.LastWriteTimeUtc < asked.LastWriteTimeUtc) await Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], []);
    }

    public static ProcessStartInfo Command(string command, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) if (value.Length > 0) start.Environment[name] = value;
        return start;
    }
}
