using System.Runtime.InteropServices;
using System.Text;

namespace Platform.Cli.Logs;

/// <summary>Reads whole lines of a log that is being written, over the change to a new file too.</summary>
internal sealed class LogReader(string path, Action<string> show)
{
    private readonly List<byte> _part = [];
    private long _position;

    public void Begin(int lines)
    {
        if (!File.Exists(path)) return;
        _position = new FileInfo(path).Length;
        foreach (var line in File.ReadLines(path).TakeLast(lines)) show(line);
    }

    public void ReadOn()
    {
        if (!File.Exists(path)) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < _position) _position = 0;
        file.Position = _position;
        var buffer = new byte[16384];
        int count;
        while ((count = file.Read(buffer)) > 0)
        {
            _position += count;
            foreach (var value in buffer.AsSpan(0, count))
            {
                if (value != '\n')
                {
                    _part.Add(value);
                    continue;
                }

                show(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_part)));
                _part.Clear();
            }
        }
    }
}
