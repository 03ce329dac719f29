namespace Platform.Catalog;

/// <summary>A catalogue or a model file can't be used; the message names the file, the model and the field.</summary>
public sealed class CatalogException : Exception
{
    public CatalogException() { }
    public CatalogException(string message) : base(message) { }
    public CatalogException(string message, Exception inner) : base(message, inner) { }
}
