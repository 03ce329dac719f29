using System.Security.Cryptography;
using System.Text;

namespace Platform.Catalog;

/// <summary>The models there are: the bundled catalogue file and the operator's own beside it, validated, and read again when a file changes.</summary>
public sealed class ModelCatalog
{
    private readonly CatalogOptions options;
    private (DateTime, long, DateTime, long) seen;
    private volatile Listing listing;

    /// <exception cref="CatalogException">A file can't be used.</exception>
    public ModelCatalog(CatalogOptions options)
    {
        this.options = options.Resolve();
        seen = Stamp();
        listing = Listing.Read(this.options);
    }

    /// <summary>All models, by id.</summary>
    public IReadOnlyList<CatalogModel> Models => listing.Models;

    /// <summary>Raised after the models have changed.</summary>
    public event Action? Changed;

    /// <summary>The model a request names, by id or alias; null when there is none.</summary>
    public CatalogModel? Find(string idOrAlias) => listing.ByName.GetValueOrDefault(idOrAlias);

    /// <summary>Absolute path of a model's file.</summary>
    public string PathOf(CatalogModel model, ModelFile file) => Path.GetFullPath(file.Path, Path.GetDirectoryName(options.File)!);

    /// <summary>SHA-256 over the hashes of a model's files and its adapter: what a generation records as its artifact.</summary>
    public static string ArtifactHash(CatalogModel model) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(model.Files.Select(file => file.Sha256)) + model.Adapter?.Sha256)));

    /// <summary>Compares a model's files with their hashes; what was compared once is hashed again only when its size or time has changed.</summary>
    /// <exception cref="CatalogException">A file is not what the catalogue says.</exception>
    public async Task VerifyAsync(CatalogModel model, CancellationToken cancellation)
    {
        var verdicts = VerifiedFiles.Read(options.OperatorFile);
        List<ModelFile> files = [.. model.Files];
        if (model.Adapter is { } adapter) files.Add(new ModelFile(adapter.Path, adapter.Sha256));
        if (model.Speculation?.Draft is { } draft) files.Add(draft);
        foreach (var file in files)
        {
            if (await verdicts.HashAsync(PathOf(model, file), cancellation) is var actual && actual != file.Sha256)
            {
                throw new CatalogException($"model {model.Id}: {file.Path} has the SHA-256 {actual}, not {file.Sha256}: fetch the file again.");
            }
        }
    }

    /// <summary>Reads the files again; the models stay as they were when one is broken.</summary>
    /// <exception cref="CatalogException">A file can't be used.</exception>
    internal void Reload()
    {
        seen = Stamp();
        listing = Listing.Read(options);
        Changed?.Invoke();
    }

    /// <summary>Whether a file has changed since the last reading, a failed one included.</summary>
    internal bool IsStale => Stamp() != seen;

    private (DateTime, long, DateTime, long) Stamp()
    {
        var (bundled, own) = (new FileInfo(options.File), new FileInfo(options.OperatorFile.Length > 0 ? options.OperatorFile : options.File));
        return (bundled.LastWriteTimeUtc, bundled.Exists ? bundled.Length : -1, own.LastWriteTimeUtc, own.Exists ? own.Length : -1);
    }
}
