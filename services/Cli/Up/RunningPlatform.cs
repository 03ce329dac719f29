using System.Text.Json;

namespace Platform.Cli.Up;

/// <summary>What the other verbs know of the platform that runs on this data folder.</summary>
internal sealed record RunningPlatform(int Pid, long StartTicks, string Address, int Port, int DatabasePort, int MetricsPort, DateTimeOffset Since, bool Ready)
{
    /// <summary>Address of the page, where that is not the API's.</summary>
    public string? Console { get; init; }

    /// <summary>What runs, in the order it was started.</summary>
    public IReadOnlyList<RunningProcess> Processes { get; init; } = [];

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Null when none runs; a file that a killed one left behind does not count.</summary>
    public static RunningPlatform? Read(House house)
    {
        try
        {
            return JsonSerializer.Deserialize<RunningPlatform>(File.ReadAllText(house.State), Json) is { } state && StartTicksOf(state.Pid) == state.StartTicks ? state : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public void Write(House house)
    {
        var file = house.State + ".new";
        File.WriteAllText(file, JsonSerializer.Serialize(this, Json));
        File.Move(file, house.State, overwrite: true);
    }

    /// <summary>When a process began, in clock ticks since the machine did: tells it from a later one with the same id. Null when there is none, or only its exit code waits to be read.</summary>
    public static long? StartTicksOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <param name="Log">Name of its log.</param>
/// <param name="Pid">Also the id of the session it leads, which all its children are in.</param>
/// <param name="Address">Where its health is; null for PostgreSQL and RabbitMQ.</param>
internal sealed record RunningProcess(string Name, string Log, int Pid, DateTimeOffset Since, int Restarts, string? Address = null, int MetricsPort = 0);
