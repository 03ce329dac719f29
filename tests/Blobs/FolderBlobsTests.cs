namespace Platform.Blobs.Tests;

public sealed class FolderBlobsTests : BlobContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("platform-blobs-").FullName;

    protected override IBlobStore Store => new FolderBlobs(_folder);

    [Fact]
    public async Task A_write_that_is_cancelled_leaves_no_file()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Put("half"u8.ToArray(), cancelled.Token));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85/")]
    public void Only_a_hash_is_an_id(string text) => Assert.False(BlobId.TryParse(text, out _));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
