using System.Text.RegularExpressions;

namespace Platform.Catalog.Hub;

/// <summary>One model of a repository: a GGUF file, or all parts of a split one.</summary>
/// <param name="Name">Path of the file, or of the first part.</param>
/// <param name="Quantization">Null: the name tells none.</param>
internal sealed partial record ModelVariant(string Name, string? Quantization, IReadOnlyList<HubFile> Files)
{
    public long Bytes => Files.Sum(file => file.Bytes);

    public static IReadOnlyList<ModelVariant> In(HubRepository repo) =>
        [.. repo.Files.Where(IsModel).GroupBy(file => Suffix().Replace(file.Path, ".gguf")).Select(group => Of([.. group.OrderBy(file => file.Path, StringComparer.Ordinal)])).OrderBy(variant => variant.Bytes)];

    /// <summary>Parts that the repository lacks.</summary>
    public bool IsIncomplete => Suffix().Match(Name) is { Success: true } match && int.Parse(match.Groups[1].Value, null) != Files.Count;

    private static ModelVariant Of(HubFile[] files) => new(files[0].Path, Hub.Quantization.In(Path.GetFileName(files[0].Path)) ?? Hub.Quantization.In(files[0].Path), files);

    /// <summary>Projectors of vision models and importance matrices are GGUF files too.</summary>
    private static bool IsModel(HubFile file) =>
        file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(file.Path).Contains("mmproj", StringComparison.OrdinalIgnoreCase) && !file.Path.Contains("imatrix", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"-\d{5}-of-(\d{5})\.gguf\z", RegexOptions.IgnoreCase)]
    private static partial Regex Suffix();
}
