using System.Diagnostics;
using System.Globalization;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary>The platform itself: all its services in one process.</summary>
internal sealed class PlatformService
{
    public PlatformService(House house, RunningPlatform running, UpOptions options, string natives, string connectionString, Action<string> say)
    {
        var folder = house.Built("AllInOne");
        var command = new ProcessStartInfo(Path.Combine(folder, "Platform.AllInOne")) { WorkingDirectory = folder };
        if (!File.Exists(command.FileName)) throw new CliException($"{command.FileName} is not built.");
        foreach (var (key, value) in new (string, string)[]
        {
            ("Database__ConnectionString", connectionString),
            ("Catalog__File", house.CatalogFile),
            ("Catalog__OperatorFile", house.OperatorFile),
            ("Natives__Folder", natives),
            ("Bootstrap__CredentialsFile", house.Credentials),
            ("Gateway__Bind", options.Bind.ToString()),
            ("Gateway__Port", options.Port.ToString(CultureInfo.InvariantCulture)),
            ("Metrics__Port", running.MetricsPort.ToString(CultureInfo.InvariantCulture)),
        })
        {
            command.Environment[$"Platform__{key}"] = value;
        }

        // Its supervisor gone without a word, it must not go on with a database that is going down.
        Service = new Service("platform", command, atDeath: "KILL", grace: TimeSpan.FromSeconds(40), new LogFile(house.Log("platform")), say);
    }

    public Service Service { get; }
}
