using Platform.Catalog.Gguf;
using Platform.Catalog.Memory;

namespace Platform.Catalog;

/// <summary>What a model's files and its template tell about it, for people to read.</summary>
public sealed record ModelDetails
{
    /// <summary>Bytes on the disk; null: a file is missing.</summary>
    public long? Bytes { get; init; }
    public string? Name { get; init; }
    public string Architecture { get; init; } = "";
    public string Family { get; init; } = "";
    public string? Quantization { get; init; }

    /// <summary>E.g. <c>1.5B</c>.</summary>
    public string? Parameters { get; init; }
    public long? TrainedContext { get; init; }
    public long? Layers { get; init; }

    /// <summary>The template in use: the catalogue's, or the model's own.</summary>
    public string? Template { get; init; }

    /// <summary>What it takes while it is loaded.</summary>
    public MemoryNeed? Memory { get; init; }

    /// <summary>Why the model's file can't be read.</summary>
    public string? Problem { get; init; }

    public static ModelDetails Read(ModelCatalog catalog, CatalogModel model)
    {
        var details = new ModelDetails { Bytes = OnDisk(catalog, model), Family = model.Family, Template = model.Template is { } file && File.Exists(file) ? File.ReadAllText(file) : null };
        if (model.Engine != "llama.cpp" || model.Files.Count == 0) return details;
        try
        {
            var header = GgufHeader.Read(catalog.PathOf(model, model.Files[0]));
            return details with
            {
                Name = header.Name,
                Architecture = header.Architecture,
                Family = model.Family.Length > 0 ? model.Family : Families.ModelFamily.Of(header),
                Quantization = header.FileType,
                Parameters = header.SizeLabel,
                TrainedContext = header.ContextLength,
                Memory = details.Bytes is null ? null : MemoryNeed.Of(model with { Files = [.. model.Files.Select(part => part with { Path = catalog.PathOf(model, part) })] }, header),
                Layers = header.Number($"{header.Architecture}.block_count"),
                Template = details.Template ?? header.ChatTemplate,
            };
        }
        catch (CatalogException e)
        {
            return details with { Problem = e.Message };
        }
    }

    private static long? OnDisk(ModelCatalog catalog, CatalogModel model)
    {
        var files = model.Files.Select(file => new FileInfo(catalog.PathOf(model, file))).ToList();
        return files.TrueForAll(file => file.Exists) ? files.Sum(file => file.Length) : null;
    }
}
