namespace Platform.Blobs;

/// <summary>Blobs as files, in subfolders by their first two digits. A file appears whole or not at all: it is written beside its place and moved there.</summary>
public sealed class FolderBlobs(string folder) : IBlobStore
{
    public async Task<BlobId> Put(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var id = BlobId.Of(content.Span);
        var path = PathOf(id);
        if (File.Exists(path)) return id;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // never at the root
        var unfinished = $"{path}.{Guid.NewGuid():n}";
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                await file.WriteAsync(content, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        return id;
    }

    public Task<Stream?> Open(BlobId id, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task Delete(BlobId id, CancellationToken cancellation)
    {
        try
        {
            File.Delete(PathOf(id));
        }
        catch (DirectoryNotFoundException)
        {
            // then it is not there either
        }

        return Task.CompletedTask;
    }

    private string PathOf(BlobId id) => Path.Combine(folder, id.ToString()[..2], id.ToString());
}
