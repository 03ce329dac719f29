using System.Text;

namespace Platform.Cli.Processes;

/// <summary>Appends to a log and starts a new one when it is full; the one before it is kept as <c>.1</c>.</summary>
internal sealed class LogFile : IDisposable
{
    private const long Full = 32 << 20;
    private readonly Lock _writing = new();
    private FileStream _file;

    public LogFile(string path)
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = Open();
    }

    public string Path { get; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            if (_file.Length > Full)
            {
                _file.Dispose();
                File.Move(Path, Path + ".1", overwrite: true);
                _file = Open();
            }

            _file.Write(bytes);
            _file.Flush();
        }
    }

    /// <summary>A line from the supervisor itself.</summary>
    public void Note(string text) => Write(Encoding.UTF8.GetBytes($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} supervisor: {text}\n"));

    /// <summary>Copies until the stream ends.</summary>
    public async Task Copy(Stream stream)
    {
        var buffer = new byte[16384];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0) Write(buffer.AsSpan(0, count));
    }

    public string Tail() => TailOf(Path);

    public static string TailOf(string path, int lines = 30) => File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(lines)) : "";

    public void Dispose() => _file.Dispose();

    private FileStream Open() => new(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
}
