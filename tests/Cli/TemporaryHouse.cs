namespace Platform.Cli.Tests;

/// <summary>A data folder that goes with the test; its name holds a space.</summary>
internal sealed class TemporaryHouse : IDisposable
{
    public House House { get; } = new(Root(), Directory.CreateTempSubdirectory("platform cli ").FullName);

    public void Dispose()
    {
        // PostgreSQL's data, where root's own folder is closed to the user it runs as
        var location = Path.Combine(House.Database, "location");
        if (File.Exists(location)) Directory.Delete(File.ReadAllText(location).Trim(), recursive: true);
        Directory.Delete(House.Data, recursive: true);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "global.json"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("no global.json above the tests");
        return folder.FullName;
    }
}
