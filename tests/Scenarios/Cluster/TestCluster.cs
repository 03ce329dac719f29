using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Platform.Cli.Up;
using Platform.Cli.Up.Cluster;
using Platform.Contracts.Generations;
using Platform.Fixtures;
using Platform.Grains.Keys;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>
/// The platform as <c>./platform up --processes</c> runs it: every service a process of its own over a RabbitMQ and a PostgreSQL of its own, supervised,
/// with the models of <see cref="TestCatalogue"/>. Each process can be killed, held up or stopped by its <see cref="ClusterMember"/>.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("platform-cluster-").FullName;
    private readonly Dictionary<string, ClusterMember> _members = [];
    private readonly List<ClusterProcess> _plan = [];

    private TestCluster()
    {
        // root's temporary folder lets nobody else in, and PostgreSQL runs as somebody else
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary><c>gateway-1</c>, <c>silo-1</c>, <c>llama-worker-1</c>, <c>ledger</c>, <c>console</c>, <c>rabbitmq</c>, <c>postgres</c>.</summary>
    public ClusterMember this[string name] => _members[name];

    public IEnumerable<ClusterMember> Members => _members.Values;

    public IReadOnlyList<Uri> Gateways => [.. _plan.Where(process => process.Name.StartsWith("gateway-", StringComparison.Ordinal)).Select(process => new Uri(process.Address))];

    public string ApiKey { get; } = ApiKeySecret.New(PublicId.New("key_"));
    public string AdminKey { get; } = ApiKeySecret.New(PublicId.New("key_"));
    public string ConnectionString { get; private set; } = "";

    /// <param name="bundled">Whether the workers load the bundled model too; the bigram models they always have.</param>
    /// <param name="settings">More settings below <c>Platform</c>, like <c>Gateway:Chat:Silence</c>.</param>
    /// <param name="links">Whether each process gets a <see cref="Link"/> of its own to RabbitMQ and to PostgreSQL.</param>
    public static async Task<TestCluster> Start(ClusterSize size, bool bundled = false, IReadOnlyDictionary<string, string>? settings = null, bool links = false)
    {
        var cluster = new TestCluster();
        try
        {
            var (database, broker) = (cluster.StartPostgres(), cluster.StartRabbitMq());
            await Task.WhenAll(database, broker);
            await cluster.StartPlatform(size, bundled, await broker, settings ?? new Dictionary<string, string>(), links);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of one gateway, counted from 0.</summary>
    public HttpClient Client(int gateway = 0, string? key = null)
    {
        // an answer that is not read to its end hangs up at once
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = Gateways[gateway], Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key ?? ApiKey);
        return client;
    }

    /// <summary>Waits until every process is ready and every model has all its workers, as after a start.</summary>
    public async Task Settled()
    {
        foreach (var member in _members.Values) await member.Ready();
    }

    public async ValueTask DisposeAsync()
    {
        // as the supervisor stops them
        foreach (var stage in _members.Values.GroupBy(member => member.Stage).OrderBy(stage => stage.Key)) await Task.WhenAll(stage.Select(member => member.DisposeAsync().AsTask()));
        // where PostgreSQL's user can't reach this folder, its data lie elsewhere
        var location = Path.Combine(_folder, "postgres", "location");
        if (File.Exists(location)) Directory.Delete(File.ReadAllText(location).Trim(), recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPostgres()
    {
        var port = FreePort.Next();
        var password = Guid.NewGuid().ToString("N");
        var server = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = password, Database = "postgres" };
        var command = new ProcessStartInfo(Script("postgres"), [Path.Combine(_folder, "postgres"), $"{port}"])
        {
            Environment = { ["PGPASSWORD"] = password, ["PLATFORM_POSTGRES_OPTIONS"] = "-c fsync=off -c full_page_writes=off" },
        };
        await Add(new ClusterMember("postgres", command, int.MaxValue, Log("postgres"), async () =>
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false;Timeout=2");
                await using var opened = await source.OpenConnectionAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }));
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "platform" }.ConnectionString;
    }

    private async Task<Uri> StartRabbitMq()
    {
        var port = FreePort.Next();
        var command = new ProcessStartInfo(Script("rabbitmq"), [Path.Combine(_folder, "rabbitmq"), $"{port}"]) { Environment = { ["RABBITMQ_PASSWORD"] = "cluster" } };
        await Add(new ClusterMember("rabbitmq", command, int.MaxValue - 1, Log("rabbitmq"), () => RabbitMqService.Answers(port, CancellationToken.None)));
        return new Uri($"amqp://platform:cluster@127.0.0.1:{port}/");
    }

    private async Task StartPlatform(ClusterSize size, bool bundled, Uri broker, IReadOnlyDictionary<string, string> settings, bool links)
    {
        var credentials = Path.Combine(_folder, "credentials.json");
        await File.WriteAllTextAsync(credentials, JsonSerializer.Serialize(new { base_url = "", api_key = ApiKey, admin_key = AdminKey }));
        _plan.AddRange(new ClusterPlan
        {
            Size = size, FolderOf = FolderOf, Database = ConnectionString, Broker = broker.ToString(), Catalog = TestCatalogue.Write(_folder, bundled), OperatorFile = "", Credentials = credentials, Natives = "",
            // below the ports the system hands out by itself, and apart from other runs
            Port = 10_000 + (Random.Shared.Next(180) * 100),
            Settings = settings,
        }.Make());
        foreach (var process in _plan) _members[process.Name] = Member(process, links ? broker : null);
        await Task.WhenAll(_plan.Select(process => _members[process.Name].Start()));
        foreach (var process in _plan) await _members[process.Name].Ready(Patience);
    }

    /// <param name="linkedTo">The broker; null: it reaches its servers directly.</param>
    private ClusterMember Member(ClusterProcess process, Uri? linkedTo)
    {
        var database = new NpgsqlConnectionStringBuilder(ConnectionString);
        var (toBroker, toDatabase) = linkedTo is null ? (null, null) : (new Link(linkedTo.Port), new Link(database.Port));
        if (toBroker is not null) process.Command.Environment["Platform__RabbitMq__Uri"] = new UriBuilder(linkedTo!) { Port = toBroker.Port }.ToString();
        if (toDatabase is not null) process.Command.Environment["Platform__Database__ConnectionString"] = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = toDatabase.Port }.ConnectionString;
        return new ClusterMember(process.Name, process.Command, (int)process.Kind, Log(process.Name), () => IsReady(process.Address))
        {
            Address = new Uri(process.Address), MetricsPort = process.MetricsPort, ToBroker = toBroker, ToDatabase = toDatabase,
        };
    }

    private async Task Add(ClusterMember member)
    {
        _members[member.Name] = member;
        await member.Start();
        await member.Ready(Patience);
    }

    /// <summary>Where <c>PLATFORM_CLUSTER_LOGS</c> says, to be read afterwards.</summary>
    private string Log(string name) => Path.Combine(Environment.GetEnvironmentVariable("PLATFORM_CLUSTER_LOGS") is { Length: > 0 } folder ? folder : _folder, name + ".log");

    private static string Script(string server) => Path.Combine(RepositoryRoot.Find(), "infra", server, "run");

    /// <summary>The services are built beside these tests.</summary>
    private static string FolderOf(string project) => Path.GetFullPath(Path.Combine("../..", project, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))), AppContext.BaseDirectory);

    private static async Task<bool> IsReady(string address)
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            using var answer = await http.GetAsync(address + "/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
