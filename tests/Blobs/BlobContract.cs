namespace Platform.Blobs.Tests;

/// <summary>What every store must do.</summary>
public abstract class BlobContract
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7 + i / 256))];

    protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task What_is_put_is_found_under_its_hash()
    {
        var id = await Store.Put(Content, default);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content)), id.ToString());
        Assert.Equal(Content, await Store.Read(id, default));
        Assert.Equal(id, await Store.Put(Content, default));
    }

    [Fact]
    public async Task A_part_can_be_read_from_any_position()
    {
        var id = await Store.Put(Content, default);
        await using var stream = await Store.Open(id, default);
        Assert.Equal(Content.Length, stream!.Length);
        foreach (var from in (int[])[99_990, 0, 50_000])
        {
            stream.Position = from;
            var part = new byte[10];
            await stream.ReadExactlyAsync(part);
            Assert.Equal(Content[from..(from + 10)], part);
        }
    }

    [Fact]
    public async Task What_is_deleted_is_gone()
    {
        var id = await Store.Put("to be deleted"u8.ToArray(), default);
        await Store.Delete(id, default);
        Assert.Null(await Store.Open(id, default));
        await Store.Delete(id, default);
    }

    [Fact]
    public async Task Many_writers_of_the_same_bytes_leave_one_blob()
    {
        var content = Guid.NewGuid().ToByteArray();
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Store.Put(content, default))));
        Assert.Single(ids.Distinct());
        Assert.Equal(content, await Store.Read(ids[0], default));
    }

    [Fact]
    public async Task What_was_never_put_is_not_there()
    {
        var id = BlobId.Of("never put"u8);
        Assert.Null(await Store.Open(id, default));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.Read(id, default));
    }
}
