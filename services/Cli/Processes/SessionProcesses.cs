using System.Globalization;

namespace Platform.Cli.Processes;

/// <summary>A service leads a session of its own, and whatever it starts is in it or descends from it: PostgreSQL's servers lead sessions themselves.</summary>
internal static class SessionProcesses
{
    private const int Parent = 1, Session = 3;

    public static IReadOnlyList<int> Of(int leader)
    {
        var others = new List<(int Process, int Parent)>();
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) || Stat(process) is not { } stat) continue;
            if (int.Parse(stat[Session], CultureInfo.InvariantCulture) == leader) found.Add(process);
            else others.Add((process, int.Parse(stat[Parent], CultureInfo.InvariantCulture)));
        }

        for (var i = 0; i < found.Count; i++) found.AddRange(others.Where(other => other.Parent == found[i]).Select(other => other.Process));
        return found;
    }

    /// <summary>The fields of <c>/proc/…/stat</c> that follow the name, the state first; null when there is no such process.</summary>
    public static string[]? Stat(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
