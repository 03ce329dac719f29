using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Platform.Cli.Up.Cluster;

/// <summary>The processes of a platform over RabbitMQ and PostgreSQL, and what each is told by its environment. Every port is a free one: pages and gateways from the first gateway's on, figures a thousand, the rest two thousand above it.</summary>
internal sealed class ClusterPlan
{
    private readonly HashSet<int> _taken = [];

    public required ClusterSize Size { get; init; }

    /// <summary>Where a project's program lies.</summary>
    public required Func<string, string> FolderOf { get; init; }

    public required string Database { get; init; }
    public required string Broker { get; init; }
    public required string Catalog { get; init; }
    public required string OperatorFile { get; init; }
    public required string Credentials { get; init; }
    public required string Natives { get; init; }
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>The first gateway's port, and where the search for the others' begins.</summary>
    public required int Port { get; init; }

    /// <summary>More settings, <c>Gateway:Chat:Silence</c> for example, below <c>Platform</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The gateways come first, and the console last: its page is at its address.</summary>
    public IReadOnlyList<ClusterProcess> Make()
    {
        _taken.Add(Port);
        var processes = new List<ClusterProcess>();
        for (var i = 1; i <= Size.Gateways; i++) processes.Add(Gateway(i, i == 1 ? Port : Next(Port + 1)));
        for (var i = 1; i <= Size.Silos; i++)
        {
            processes.Add(Make($"silo-{i}", ProcessKind.Silo, "Silo", Next(Port + 2000), "Health", new()
            {
                ["Silo:SiloPort"] = Text(Next(Port + 2000)), ["Silo:GatewayPort"] = Text(Next(Port + 2000)), ["Bootstrap:CredentialsFile"] = Credentials, ["Database:MaxConnections"] = "16",
            }));
        }

        for (var i = 1; i <= Size.LlamaWorkers; i++)
            processes.Add(Make($"llama-worker-{i}", ProcessKind.Worker, "LlamaWorker", Next(Port + 2000), "Health", new() { ["Natives:Folder"] = Natives, ["Worker:DrainSeconds"] = "8" }));
        for (var i = 1; i <= Size.OnnxWorkers; i++)
            processes.Add(Make($"onnx-worker-{i}", ProcessKind.Worker, "OnnxWorker", Next(Port + 2000), "Health", new() { ["OnnxWorker:DrainSeconds"] = "8", ["Database:MaxConnections"] = "8" }));
        processes.Add(Make("ledger", ProcessKind.Ledger, "Ledger", Next(Port + 2000), "Health", new() { ["Database:MaxConnections"] = "16" }));
        processes.Add(Make("console", ProcessKind.Gateway, "Console", Next(Port + 1), "Console", new() { ["Console:Gateway"] = processes[0].Address, ["Console:Bind"] = Bind.ToString(), ["Database:MaxConnections"] = "8" }));
        return processes;
    }

    private ClusterProcess Gateway(int number, int port) =>
        Make($"gateway-{number}", ProcessKind.Gateway, "Gateway", port, "Gateway", new() { ["Gateway:Bind"] = Bind.ToString(), ["Database:MaxConnections"] = "12" });

    private ClusterProcess Make(string name, ProcessKind kind, string project, int port, string section, Dictionary<string, string> settings)
    {
        var folder = FolderOf(project);
        var command = new ProcessStartInfo(Path.Combine(folder, $"Platform.{project}")) { WorkingDirectory = folder };
        var metrics = Next(Port + 1000);
        settings[$"{section}:Port"] = Text(port);
        settings["Metrics:Port"] = Text(metrics);
        settings["Database:ConnectionString"] = Database;
        settings["RabbitMq:Uri"] = Broker;
        settings["Catalog:File"] = Catalog;
        settings["Catalog:OperatorFile"] = OperatorFile;
        foreach (var (key, value) in settings.Concat(Settings)) command.Environment["Platform__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var address = settings.ContainsKey($"{section}:Bind") ? UpOptions.AddressOf(Bind, port) : UpOptions.AddressOf(IPAddress.Loopback, port);
        return new ClusterProcess(name, kind, command, address, metrics);
    }

    /// <summary>A port that is free and not promised to another process of this plan. Not one the system hands out by itself: a process has to find it free when it starts again.</summary>
    private int Next(int from)
    {
        for (var port = from; ; port++)
        {
            port = Ports.FreeFrom(IPAddress.Any, port);
            if (_taken.Add(port)) return port;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
