namespace Platform.Video.Provenance;

/// <summary>The marks of this platform, made when its key is first read.</summary>
/// <param name="key">Reads the platform's key, or makes it with the function it is given.</param>
public sealed class SharedMarks(Func<Func<byte[]>, CancellationToken, Task<byte[]>> key) : IDisposable
{
    /// <summary>Name of the key.</summary>
    public const string KeyName = "provenance";

    private readonly SemaphoreSlim _turn = new(1);
    private Marks? _marks;

    public async ValueTask<Marks> Get(CancellationToken cancellation)
    {
        if (_marks is { } known) return known;
        await _turn.WaitAsync(cancellation);
        try
        {
            return _marks ??= new Marks(await key(Marks.NewKey, cancellation));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _marks?.Dispose();
        _turn.Dispose();
    }
}
