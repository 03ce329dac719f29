using System.Diagnostics;

namespace Platform.Video.Clips;

/// <summary>The ffmpeg programs of this machine: run as processes of their own, never linked.</summary>
public sealed class Ffmpeg
{
    private const string Libraries = "usr/lib/x86_64-linux-gnu";

    private readonly string _programs;
    private readonly string? _libraries;

    private Ffmpeg(string programs, string? libraries) => (_programs, _libraries) = (programs, libraries);

    /// <summary>How to get it; for messages.</summary>
    public const string Advice = "install it with `apt-get install ffmpeg`";

    /// <summary>On the PATH, or where <c>infra/tools/ensure ffmpeg</c> unpacked it; null where there is none.</summary>
    public static Ffmpeg? Find()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsIn(folder)) return new(folder, null);
        }

        if (Environment.GetEnvironmentVariable("PLATFORM_DATA") is not { Length: > 0 } data) return null;
        var unpacked = Path.Combine(data, "tools", "ffmpeg");
        var programs = Path.Combine(unpacked, "usr", "bin");
        if (!IsIn(programs)) return null;
        var libraries = Path.Combine(unpacked, Libraries);
        return new(programs, string.Join(':', Directory.EnumerateDirectories(libraries).Prepend(libraries)));
    }

    /// <param name="program"><c>ffmpeg</c> or <c>ffprobe</c>.</param>
    internal Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_programs, program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (_libraries is not null) start.Environment["LD_LIBRARY_PATH"] = _libraries;
        return Process.Start(start)!; // never null without the shell
    }

    private static bool IsIn(string folder) => File.Exists(Path.Combine(folder, "ffmpeg")) && File.Exists(Path.Combine(folder, "ffprobe"));
}

/// <summary>ffmpeg ended with an error; the message is its own last line.</summary>
public sealed class FfmpegException : Exception
{
    public FfmpegException() { }
    public FfmpegException(string message) : base(message) { }
    public FfmpegException(string message, Exception inner) : base(message, inner) { }
}
