namespace Platform.Blobs;

/// <summary>Content-addressed storage: what is put in is found again under its SHA-256, and no other name ever reaches the storage below.</summary>
public interface IBlobStore
{
    /// <summary>Keeps the bytes; keeping the same ones twice costs nothing more. Whoever reads sees all of them or none.</summary>
    Task<BlobId> Put(ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>A seekable stream that knows its length; null when there is no such blob.</summary>
    Task<Stream?> Open(BlobId id, CancellationToken cancellation);

    /// <summary>Does nothing when there is no such blob.</summary>
    Task Delete(BlobId id, CancellationToken cancellation);
}

public static class BlobReading
{
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    public static async Task<byte[]> Read(this IBlobStore blobs, BlobId id, CancellationToken cancellation)
    {
        await using var stream = await blobs.Open(id, cancellation) ?? throw new FileNotFoundException($"There is no blob {id}.");
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancellation);
        return content;
    }
}
