using System.Globalization;
using System.Text.Json;
using Npgsql;
using Platform.Cli;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Cli.Up;
using Platform.Cli.Up.Cluster;

namespace Platform.Benchmarks.Processes;

/// <summary>What <c>./platform up --processes</c> starts, on a data folder of its own, with bigram models beside the bundled ones.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    /// <summary>As fast as it can.</summary>
    public const string Fast = "bench-fast";

    /// <summary>40 tokens a second a stream: slower than a worker collects tokens into frames, so that each is a frame of its own.</summary>
    public const string Paced = "bench-paced";

    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(25);

    /// <summary>Of each of very many streams: sooner than a gateway asks after a silent worker.</summary>
    public static readonly TimeSpan SlowPace = TimeSpan.FromSeconds(3);

    /// <summary>Streams one model decodes at once.</summary>
    public const int Slots = 256;

    /// <summary>Of models for many open streams.</summary>
    private const int ManyModels = 40;

    private static readonly HttpClient Http = new();

    private readonly string _folder;
    private readonly House _house;
    private Supervisor? _supervisor;
    private RunningPlatform? _running;

    private BenchCluster(string folder)
    {
        _folder = folder;
        _house = new House(House.FromEnvironment().Root, folder);
    }

    public static int MostStreams => ManyModels * Slots;

    public Uri Gateway => new(Running.Address);
    public string ApiKey => Credentials.Read(_house).ApiKey;

    /// <summary>Every process that takes part, PostgreSQL and RabbitMQ too.</summary>
    public IReadOnlyList<string> Names => [.. Running.Processes.Select(process => process.Log)];

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = Running.DatabasePort, Username = "platform", Password = File.ReadAllText(_house.DatabasePassword), Database = "platform",
    }.ConnectionString;

    private RunningPlatform Running => _running ?? throw new InvalidOperationException("The cluster does not run.");

    /// <summary>The model of the stream of that number.</summary>
    public static string Many(int stream) => $"bench-many-{stream % ManyModels}";

    public static async Task<BenchCluster> Start(ISteps steps, CancellationToken cancellation)
    {
        var cluster = new BenchCluster(Directory.CreateTempSubdirectory("platform-bench-").FullName);
        try
        {
            // root's temporary folder lets nobody else in, and PostgreSQL runs as somebody else
            File.SetUnixFileMode(cluster._folder, File.GetUnixFileMode(cluster._folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            await File.WriteAllTextAsync(cluster._house.OperatorFile, JsonSerializer.Serialize(new { models = Models() }), cancellation);
            cluster._supervisor = Supervisor.Take(cluster._house, Screen.Warn);
            var options = new UpOptions(Ports.FreeFrom(System.Net.IPAddress.Loopback, 10_000 + (Random.Shared.Next(180) * 100)), System.Net.IPAddress.Loopback, new ClusterSize(1, 1, 1, 0));
            cluster._running = await cluster._supervisor.Start(options, steps, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>CPU time a process has used, and all it started.</summary>
    public TimeSpan Cpu(string name) => ProcessUse.Of(Pid(name)).Cpu;

    /// <summary>Bytes of memory a process has resident.</summary>
    public long Resident(string name)
    {
        var line = File.ReadLines($"/proc/{Pid(name)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Seconds that answered generations of a model have spent in a part of their way through the gateway, by its own metrics, and how many they were.</summary>
    public async Task<(double Seconds, double Count)> Phase(string model, string phase)
    {
        var samples = (await Http.GetStringAsync($"http://127.0.0.1:{Running.Processes.First(process => process.Log == "gateway-1").MetricsPort}/metrics")).Split('\n');
        double Of(string figure) => Cli.Status.Load.Sum(samples, $"platform_generation_phase_seconds_{figure}{{gen_ai_request_model=\"{model}\",phase=\"{phase}\"}}");
        return (Of("sum"), Of("count"));
    }

    public byte[] Chat(string model, int maxTokens, bool stream) => RawConnection.Post(
        Gateway, "/v1/chat/completions", ApiKey,
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"the sea and the sky"}],"max_tokens":{{maxTokens}},"seed":1{{(stream ? ""","stream":true,"ignore_eos":true,"temperature":0""" : "")}}}""");

    public async ValueTask DisposeAsync()
    {
        if (_supervisor is not null) await _supervisor.DisposeAsync();
        // where PostgreSQL's user can't reach this folder, its data lie elsewhere
        var location = Path.Combine(_house.Database, "location");
        if (File.Exists(location)) Directory.Delete(File.ReadAllText(location).Trim(), recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    private int Pid(string name) => Running.Processes.First(process => process.Log == name).Pid;

    private static object[] Models() =>
        [Bigram(Fast, 0, 4096), Bigram(Paced, Pace.TotalMilliseconds, 4096), .. Enumerable.Range(0, ManyModels).Select(i => Bigram(Many(i), SlowPace.TotalMilliseconds, 512))];

    private static object Bigram(string id, double stepDelayMs, int contextLength) =>
        new { id, kind = "chat", engine = "bigram", context_length = contextLength, cache_tokens = Slots * contextLength, slots = Slots, queue_limit = 4096, step_delay_ms = stepDelayMs };
}
