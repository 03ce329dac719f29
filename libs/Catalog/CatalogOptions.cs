namespace Platform.Catalog;

/// <summary>Where the models are listed; configuration section <c>Platform:Catalog</c>.</summary>
public sealed record CatalogOptions
{
    public const string Section = "Platform:Catalog";

    /// <summary>The catalogue file that comes with the product; empty: <c>infra/models/catalog.json</c> in the application's folder or one above it.</summary>
    public string File { get; init; } = "";

    /// <summary>The operator's own file, which need not exist; empty: none.</summary>
    public string OperatorFile { get; init; } = "";

    /// <summary>Where pulled models lie; empty: <c>models</c> beside the operator's file.</summary>
    public string ModelsFolder { get; init; } = "";

    /// <summary>Full paths, with the default filled in.</summary>
    internal CatalogOptions Resolve() => this with
    {
        File = Path.GetFullPath(File.Length > 0 ? File : Bundled()),
        OperatorFile = OperatorFile.Length > 0 ? Path.GetFullPath(OperatorFile) : "",
        ModelsFolder = ModelsFolder.Length > 0 ? Path.GetFullPath(ModelsFolder) : OperatorFile.Length > 0 ? Path.GetFullPath("models", Path.GetDirectoryName(Path.GetFullPath(OperatorFile))!) : "",
    };

    private static string Bundled()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "infra", "models", "catalog.json");
            if (System.IO.File.Exists(file))
            {
                return file;
            }
        }

        throw new CatalogException($"No infra/models/catalog.json in {AppContext.BaseDirectory} or above it. Set {Section}:File.");
    }
}
