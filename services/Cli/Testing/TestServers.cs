using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Testing;

/// <summary>PostgreSQL and RabbitMQ for one run of the tests, with data that go when they go.</summary>
internal sealed class TestServers : IAsyncDisposable
{
    private const string PostgresVariable = "PLATFORM_TEST_POSTGRES", RabbitMqVariable = "PLATFORM_TEST_RABBITMQ";

    private readonly string _folder = Directory.CreateTempSubdirectory("platform-test-").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly List<Service> _services = [];

    public IReadOnlyDictionary<string, string> Environment => _environment;

    public static async Task<TestServers> Start(House house, IReadOnlyList<TestProject> projects, ISteps steps, CancellationToken cancellation)
    {
        var servers = new TestServers();
        try
        {
            // root's temporary folder lets nobody else in, and PostgreSQL runs as somebody else
            File.SetUnixFileMode(servers._folder, File.GetUnixFileMode(servers._folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            await steps.Step("PostgreSQL for the tests", () => servers.StartPostgres(house, cancellation));
            if (projects.Any(project => project.Mentions("RabbitMqServer"))) await steps.Step("RabbitMQ for the tests", () => servers.StartRabbitMq(house, cancellation));
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    private async Task StartPostgres(House house, CancellationToken cancellation)
    {
        var (port, password) = (Ports.AnyFree(), RandomNumberGenerator.GetHexString(32, lowercase: true));
        var connection = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = password, Database = "postgres" }.ConnectionString;
        var command = new ProcessStartInfo(house.RunPostgres, [Path.Combine(_folder, "postgres"), $"{port}"])
        {
            Environment = { ["PGPASSWORD"] = password, ["PLATFORM_POSTGRES_OPTIONS"] = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off" },
        };
        await Begin("postgres", command, async () =>
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
                await using var opened = await source.OpenConnectionAsync(cancellation);
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }, cancellation);
        _environment[PostgresVariable] = connection;
    }

    private async Task StartRabbitMq(House house, CancellationToken cancellation)
    {
        var port = Ports.AnyFree();
        await Begin("rabbitmq", new ProcessStartInfo(house.RunRabbitMq, [Path.Combine(_folder, "rabbitmq"), $"{port}"]), () => RabbitMqService.Answers(port, cancellation), cancellation);
        _environment[RabbitMqVariable] = $"amqp://guest:guest@127.0.0.1:{port}";
    }

    private async Task Begin(string name, ProcessStartInfo command, Func<Task<bool>> answers, CancellationToken cancellation)
    {
        var service = new Service(name, command, atDeath: "TERM", grace: TimeSpan.FromSeconds(20), new LogFile(Path.Combine(_folder, name + ".log")), Screen.Warn);
        _services.Add(service);
        await service.Start();
        await service.Await(answers, TimeSpan.FromMinutes(2), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_services.Select(service => service.Stop()));
        foreach (var service in _services) service.Log.Dispose();
        // where PostgreSQL's user can't reach this folder, its data lie elsewhere
        var location = Path.Combine(_folder, "postgres", "location");
        if (File.Exists(location)) Directory.Delete(File.ReadAllText(location).Trim(), recursive: true);
        Directory.Delete(_folder, recursive: true);
    }
}
