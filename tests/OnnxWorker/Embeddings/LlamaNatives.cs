using System.Diagnostics;

namespace Platform.OnnxWorker.Tests.Embeddings;

internal static class LlamaNatives
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Brings the native libraries of llama.cpp, where they are not there yet.</summary>
    public static void Fetch()
    {
        using var fetch = Process.Start(new ProcessStartInfo(Path.Combine(Root, "infra/natives/fetch"), "llama") { RedirectStandardOutput = true })!; // never null without the shell
        fetch.WaitForExit();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("not inside the repository");
        return folder.FullName;
    }
}
