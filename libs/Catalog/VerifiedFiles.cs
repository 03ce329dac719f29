using System.Security.Cryptography;
using System.Text.Json;

namespace Platform.Catalog;

/// <summary>Hashes of files already read through, kept beside the operator's file so that big models are not hashed at every start.</summary>
internal sealed class VerifiedFiles
{
    private readonly string? store;
    private readonly Dictionary<string, Entry> entries;

    private sealed record Entry(long Bytes, DateTime Written, string Sha256);

    private VerifiedFiles(string? store, Dictionary<string, Entry> entries) => (this.store, this.entries) = (store, entries);

    public static VerifiedFiles Read(string operatorFile)
    {
        if (operatorFile.Length == 0)
        {
            return new VerifiedFiles(null, []);
        }

        var store = Path.Combine(Path.GetDirectoryName(operatorFile)!, "verified-models.json");
        try
        {
            return new VerifiedFiles(store, File.Exists(store) ? JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllText(store)) ?? [] : []);
        }
        catch (JsonException)
        {
            return new VerifiedFiles(store, []);
        }
    }

    /// <summary>Notes the hashes of files that were compared while they arrived.</summary>
    public void Remember(IEnumerable<ModelFile> files)
    {
        foreach (var file in files)
        {
            entries[file.Path] = new Entry(new FileInfo(file.Path).Length, File.GetLastWriteTimeUtc(file.Path), file.Sha256);
        }

        Save();
    }

    public async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        if (entries.TryGetValue(path, out var known) && file.Exists && known.Bytes == file.Length && known.Written == file.LastWriteTimeUtc)
        {
            return known.Sha256;
        }

        string hash;
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan | FileOptions.Asynchronous);
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException($"{path}: {e.Message}", e);
        }

        entries[path] = new Entry(file.Length, file.LastWriteTimeUtc, hash);
        Save();
        return hash;
    }

    private void Save()
    {
        if (store is not null)
        {
            AtomicFile.Write(store, JsonSerializer.Serialize(entries));
        }
    }
}
