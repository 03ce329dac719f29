using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Platform.Catalog.Gguf;

/// <summary>Describes a GGUF file an operator has as a model of the catalogue.</summary>
public static partial class GgufModel
{
    /// <summary>Context a model gets unless the operator's file says otherwise: what models are trained with can need more cache than a machine has.</summary>
    private const int UsualContext = 8192;

    /// <summary>Context an embedding model gets: a whole run of texts is one graph of so many tokens.</summary>
    private const int UsualText = 2048;

    /// <param name="path">The file, or the first one of a split model.</param>
    /// <param name="id">Null: from the file name.</param>
    /// <exception cref="CatalogException">The file can serve neither chat nor embeddings.</exception>
    public static async Task<CatalogModel> DescribeAsync(string path, string? id, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path);
        var header = UsableHeader(path);
        var files = new List<ModelFile>();
        foreach (var file in Parts(path, header.Parts))
        {
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan | FileOptions.Asynchronous);
                files.Add(new ModelFile(file, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)), stream.Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CatalogException($"{file}: {e.Message}", e);
            }
        }

        return Describe(header, files, id);
    }

    /// <param name="files">Absolute paths and known hashes; of a split model all parts in their order.</param>
    /// <exception cref="CatalogException">The file can serve neither chat nor embeddings.</exception>
    internal static CatalogModel Describe(IReadOnlyList<ModelFile> files, string? id) => Describe(UsableHeader(files[0].Path), files, id);

    private static CatalogModel Describe(GgufHeader header, IReadOnlyList<ModelFile> files, string? id) => new()
    {
        Id = id ?? NotInNames().Replace(SplitSuffix().Replace(Path.GetFileNameWithoutExtension(files[0].Path), ""), "-").Trim('-', '.', '_').ToLowerInvariant(),
        Kind = header.IsEmbedding ? ModelKind.Embedding : ModelKind.Chat,
        Engine = "llama.cpp",
        Files = files,
        ContextLength = (int)Math.Min(header.ContextLength!.Value, header.IsEmbedding ? UsualText : UsualContext),
        Embedding = header.IsRanking ? new EmbeddingSettings { Dimensions = 1, Pooling = VectorPooling.Rank }
            : header.IsEmbedding ? new EmbeddingSettings { Dimensions = (int)(header.Dimensions ?? 0) } : null,
        License = header.License ?? "",
        Family = Families.ModelFamily.Of(header),
        Owner = header.Organization ?? "operator",
        Created = new DateTimeOffset(File.GetLastWriteTimeUtc(files[0].Path)).ToUnixTimeSeconds(),
    };

    private static GgufHeader UsableHeader(string path)
    {
        var header = GgufHeader.Read(path);
        if (header.Architecture.Length == 0 || header.ContextLength is not > 0)
        {
            throw new CatalogException($"{path}: general.architecture or its context_length is missing: this is no language model.");
        }

        return header;
    }

    private static IEnumerable<string> Parts(string path, long count)
    {
        if (count <= 1)
        {
            return [path];
        }

        if (count > 999 || SplitSuffix().Match(Path.GetFileNameWithoutExtension(path)) is not { Success: true } suffix || suffix.Groups[1].Value != "00001")
        {
            throw new CatalogException($"{path} is part of a split model: name the first part, ending in -00001-of-{count:00000}.gguf.");
        }

        var stem = Path.Combine(Path.GetDirectoryName(path)!, SplitSuffix().Replace(Path.GetFileNameWithoutExtension(path), ""));
        return Enumerable.Range(1, (int)count).Select(part => $"{stem}-{part:00000}-of-{count:00000}.gguf");
    }

    [GeneratedRegex(@"-(\d{5})-of-\d{5}\z")]
    private static partial Regex SplitSuffix();

    [GeneratedRegex("[^A-Za-z0-9._-]+")]
    private static partial Regex NotInNames();
}
