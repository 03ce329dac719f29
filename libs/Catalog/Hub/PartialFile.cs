using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Platform.Catalog.Hub;

/// <summary>
/// A download that can be broken off and taken up again: the data under a name ending in <c>.part</c>, and beside it a note of which bytes have arrived.
/// The note is written after the bytes; what it does not know of yet is fetched once more. The open file keeps a second pull of it out.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int NoteEveryMs = 1000;

    private readonly SafeFileHandle handle;
    private readonly string path, note;
    private readonly HubFile file;
    private readonly long part;
    private readonly long[] arrived;
    private readonly Lock gate = new();
    private long notedAt = Environment.TickCount64;

    private sealed record Note(string Sha256, long Bytes, long Part, long[] Arrived);

    private PartialFile(SafeFileHandle handle, string path, HubFile file, long part, long[] arrived) =>
        (this.handle, this.path, note, this.file, this.part, this.arrived) = (handle, path, path + ".json", file, part, arrived);

    public int Parts => arrived.Length;

    public long Arrived
    {
        get
        {
            lock (gate) return arrived.Sum();
        }
    }

    public static string PathFor(string target) => target + ".part";

    /// <summary>Bytes of an earlier attempt that need not be fetched again.</summary>
    public static long ArrivedBefore(string target, HubFile file) => Read(PathFor(target), file)?.Arrived.Sum() ?? 0;

    /// <exception cref="CatalogException">Another pull has it open.</exception>
    public static PartialFile Open(string target, HubFile file, int partBytes)
    {
        var path = PathFor(target);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CatalogException($"{Path.GetFileName(target)} is being pulled already ({e.Message}).", e);
        }

        if (Read(path, file) is { } before) return new PartialFile(handle, path, file, before.Part, before.Arrived);
        RandomAccess.SetLength(handle, 0);
        RandomAccess.SetLength(handle, file.Bytes);
        return new PartialFile(handle, path, file, partBytes, new long[(file.Bytes + partBytes - 1) / partBytes]);
    }

    /// <summary>What of a part is still to come: first byte and the one behind the last.</summary>
    public (long From, long To) Left(int number)
    {
        lock (gate) return ((number * part) + arrived[number], Math.Min((number + 1) * part, file.Bytes));
    }

    /// <summary>Writes bytes that follow what has arrived of their parts.</summary>
    public async ValueTask Write(ReadOnlyMemory<byte> bytes, long at, CancellationToken cancellation)
    {
        await RandomAccess.WriteAsync(handle, bytes, at, cancellation);
        lock (gate)
        {
            for (var (from, to) = (at, at + bytes.Length); from < to;)
            {
                var number = (int)(from / part);
                var end = Math.Min(to, (number + 1) * part);
                arrived[number] = end - (number * part);
                from = end;
            }

            if (Environment.TickCount64 - notedAt >= NoteEveryMs) WriteNote();
        }
    }

    /// <summary>SHA-256 of the whole file, in lower-case hexadecimal.</summary>
    /// <param name="read">Told after each piece how many bytes have been read.</param>
    public async Task<string> Hash(Action<long> read, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var at = 0L; await RandomAccess.ReadAsync(handle, buffer, at, cancellation) is > 0 and var count; at += count)
        {
            hash.AppendData(buffer, 0, count);
            read(at + count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Everything has to come again.</summary>
    public void Forget()
    {
        lock (gate)
        {
            Array.Clear(arrived);
            WriteNote();
        }
    }

    /// <summary>Ends the attempt: the file and its note are deleted.</summary>
    public void Delete()
    {
        File.Delete(note);
        File.Delete(path);
    }

    /// <summary>Gives the whole file its name.</summary>
    public void Complete(string target)
    {
        RandomAccess.FlushToDisk(handle);
        File.Move(path, target, overwrite: true);
        File.Delete(note);
    }

    public void Dispose()
    {
        if (handle.IsClosed) return;
        lock (gate)
        {
            if (File.Exists(path)) WriteNote();
        }

        // bytes without a note are of no use to the next attempt
        if (!File.Exists(note)) File.Delete(path);
        handle.Dispose();
    }

    /// <summary>A full disk takes none: then the one before holds.</summary>
    private void WriteNote()
    {
        notedAt = Environment.TickCount64;
        try
        {
            AtomicFile.Write(note, JsonSerializer.Serialize(new Note(file.Sha256!, file.Bytes, part, arrived)));
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Null: there is nothing, or it belongs to another state of the file.</summary>
    private static Note? Read(string path, HubFile file)
    {
        try
        {
            var found = new FileInfo(path);
            return found.Exists && found.Length == file.Bytes && File.Exists(path + ".json") && JsonSerializer.Deserialize<Note>(File.ReadAllText(path + ".json")) is { } note
                && note.Sha256 == file.Sha256 && note.Bytes == file.Bytes && note.Part > 0 && note.Arrived.Length == (file.Bytes + note.Part - 1) / note.Part
                ? note
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
