using System.Globalization;

namespace Platform.Cli.Processes;

/// <summary>What a service and everything it started use together.</summary>
/// <param name="MemoryBytes">Its share of what processes share, so that PostgreSQL's buffers count once.</param>
/// <param name="AllocatedBytes">Those of it that are of no file. Its share of a file's pages grows whenever another process that has them ends.</param>
internal readonly record struct ProcessUse(int Processes, long MemoryBytes, long AllocatedBytes, TimeSpan Cpu)
{
    private const int UserTicks = 11, SystemTicks = 12;

    /// <summary>As Linux counts them on every machine .NET runs on.</summary>
    private const int TicksPerSecond = 100;

    /// <param name="leader">The process that leads its session.</param>
    public static ProcessUse Of(int leader)
    {
        var sum = new ProcessUse();
        foreach (var process in SessionProcesses.Of(leader))
        {
            if (SessionProcesses.Stat(process) is not { } stat || stat[0] == "Z") continue;
            var ticks = long.Parse(stat[UserTicks], CultureInfo.InvariantCulture) + long.Parse(stat[SystemTicks], CultureInfo.InvariantCulture);
            var memory = Memory(process);
            sum = new(sum.Processes + 1, sum.MemoryBytes + memory.All, sum.AllocatedBytes + memory.Allocated, sum.Cpu + TimeSpan.FromSeconds((double)ticks / TicksPerSecond));
        }

        return sum;
    }

    private static (long All, long Allocated) Memory(int process)
    {
        try
        {
            var (all, files) = (0L, 0L);
            foreach (var line in File.ReadLines($"/proc/{process}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal)) all = Bytes(line);
                if (line.StartsWith("Pss_File:", StringComparison.Ordinal)) files = Bytes(line);
            }

            return (all, all - files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }

    /// <summary>As in <c>Pss:   123 kB</c>.</summary>
    private static long Bytes(string line) => 1024 * long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim(" kB"), CultureInfo.InvariantCulture);
}
