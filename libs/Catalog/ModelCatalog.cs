namespace Platform.Catalog;

/// <summary>The models there are: the bundled catalogue file and the operator's own beside it, validated, and read again when a file changes.</summary>
public sealed class ModelCatalog
{
    /// <summary>All models, by id.</summary>
    public IReadOnlyList<CatalogModel> Models => throw new NotImplementedException();

    /// <summary>The model a request names, by id or alias; null when there is none.</summary>
    public CatalogModel? Find(string idOrAlias) => throw new NotImplementedException();

    /// <summary>Absolute path of a model's file.</summary>
    public string PathOf(CatalogModel model, ModelFile file) => throw new NotImplementedException();

    /// <summary>SHA-256 over the hashes of a model's files: what a generation records as its artifact.</summary>
    public static string ArtifactHash(CatalogModel model) => throw new NotImplementedException();

    /// <summary>Raised after the models have changed.</summary>
    public event Action? Changed;

    internal void Reload() => Changed?.Invoke();
}
