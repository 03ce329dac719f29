using System.Globalization;

namespace Platform.Cli.Processes;

/// <summary>What a service and everything it started use together.</summary>
internal readonly record struct ProcessUse(int Processes, long MemoryBytes, TimeSpan Cpu)
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
            sum = new(sum.Processes + 1, sum.MemoryBytes + Memory(process), sum.Cpu + TimeSpan.FromSeconds((double)ticks / TicksPerSecond));
        }

        return sum;
    }

    /// <summary>Its share of what processes share, so that PostgreSQL's buffers count once.</summary>
    private static long Memory(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line["Pss:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
