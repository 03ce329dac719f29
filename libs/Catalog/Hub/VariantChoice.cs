namespace Platform.Catalog.Hub;

/// <summary>Which variant of a repository is pulled, and why.</summary>
internal sealed record VariantChoice(ModelVariant Variant, string Reason)
{
    /// <summary>Below this an 8-bit file costs little, and small models suffer most from fewer bits.</summary>
    private const long SmallModel = 2L << 30;

    /// <param name="file">A file's name, a quantisation, or null: the most suitable.</param>
    /// <param name="memory">Bytes the machine has.</param>
    /// <exception cref="CatalogException">There is none; the message lists those there are.</exception>
    public static VariantChoice Make(HubRepository repo, string? file, long memory)
    {
        var variants = ModelVariant.In(repo);
        if (variants.Count == 0)
        {
            throw new CatalogException($"{repo.Name} has no GGUF file: look for a repository of the same model that has (their names often end in -GGUF).");
        }

        var chosen = file is null ? Suitable(repo, variants, memory) : new(Named(repo, variants, file), "named");
        if (chosen.Variant.IsIncomplete) throw new CatalogException($"{repo.Name}: of {chosen.Variant.Name} only {chosen.Variant.Files.Count} parts are there.");
        return chosen;
    }

    private static ModelVariant Named(HubRepository repo, IReadOnlyList<ModelVariant> variants, string file)
    {
        var found = variants.Where(variant => variant.Files.Any(part => part.Path == file)).ToList();
        if (found.Count == 0) found = [.. variants.Where(variant => variant.Files.Any(part => Path.GetFileName(part.Path) == file))];
        if (found.Count == 0) found = [.. variants.Where(variant => string.Equals(variant.Quantization, file, StringComparison.OrdinalIgnoreCase))];
        return found switch
        {
            [var one] => one,
            [] => throw new CatalogException($"{repo.Name} has no {file}; it has {List(variants)}."),
            _ => throw new CatalogException($"{repo.Name} has {found.Count} files for {file}: name one of {string.Join(", ", found.Select(variant => variant.Name))}."),
        };
    }

    private static VariantChoice Suitable(HubRepository repo, IReadOnlyList<ModelVariant> variants, long memory)
    {
        if (variants is [var only]) return new(only, "the only one there is");

        // the cache, and whatever else runs, need room beside the weights
        var room = memory * 3 / 4;
        var fitting = variants.Where(variant => variant.Bytes <= room && !variant.IsIncomplete).ToList();
        if (fitting.Count == 0)
        {
            throw new CatalogException($"No file of {repo.Name} fits in this machine's {ByteSize.Of(memory)} of memory: it has {List(variants)}. Name one to pull it all the same.");
        }

        if (fitting.FirstOrDefault(variant => variant.Quantization == "Q8_0" && variant.Bytes <= SmallModel) is { } small)
        {
            return new(small, "8 bits: the model is small, and small models suffer most from fewer");
        }

        var best = fitting.MinBy(variant => Hub.Quantization.Rank(variant.Quantization))!;
        var usual = variants.MinBy(variant => Hub.Quantization.Rank(variant.Quantization))!;
        return best == usual
            ? new(best, "the best quality for its size of those there are")
            : new(best, $"{usual.Quantization} ({ByteSize.Of(usual.Bytes)}) does not fit in this machine's {ByteSize.Of(memory)} of memory");
    }

    private static string List(IReadOnlyList<ModelVariant> variants) =>
        string.Join(", ", variants.Take(24).Select(variant => $"{variant.Quantization ?? variant.Name} ({ByteSize.Of(variant.Bytes)})")) + (variants.Count > 24 ? $" and {variants.Count - 24} more" : "");
}
