using System.Diagnostics;

namespace Platform.Cli.Tests.Models;

/// <summary>A disk in memory, of a size that is told, over a folder: in a mount namespace of its own, which takes no rights.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly Process _holder;
    private readonly string _folder;

    private SmallDisk(Process holder, string folder) => (_holder, _folder) = (holder, folder);

    /// <summary>The command that runs another where the disk is.</summary>
    public string[] Inside => ["nsenter", "--target", $"{_holder.Id}", "--user", "--mount", "--preserve-credentials"];

    /// <summary>The disk, seen from here.</summary>
    private string Seen => $"/proc/{_holder.Id}/root{_folder}";

    public static async Task<SmallDisk> Mount(string folder, int megabytes)
    {
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size={megabytes}m tmpfs \"$1\" && echo mounted && read _", "sh", folder])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!; // never null without the shell
        var said = await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(said == "mounted", $"A disk of its own can't be mounted here: {(said is null ? await holder.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : said)}");
        return new SmallDisk(holder, folder);
    }

    public IReadOnlyList<string> Files() => Directory.GetFiles(Seen, "*", SearchOption.AllDirectories);

    /// <summary>Takes all the room there is; returns the file that does.</summary>
    public string Fill()
    {
        var path = Path.Combine(Seen, "filler");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var zeros = new byte[1 << 20];
        foreach (var size in (int[])[zeros.Length, 4096])
        {
            try
            {
                while (true) RandomAccess.Write(file, zeros.AsSpan(0, size), RandomAccess.GetLength(file));
            }
            catch (IOException)
            {
                // full, for writes of this size
            }
        }

        return path;
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
