namespace Platform.Scenarios.Tests;

internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Platform.sln in {AppContext.BaseDirectory} or above it.");
    }
}
