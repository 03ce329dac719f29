using System.Diagnostics;
using Npgsql;

namespace Platform.Fixtures;

/// <summary>One PostgreSQL for the whole test process: the one PLATFORM_TEST_POSTGRES names, else one of its own that lives as long as the process.</summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(Start);
    private readonly string _superuser;

    /// <summary>Kept: were it collected, its pipe would close and the server with it.</summary>
    private readonly Process? _process;

    private PostgresServer(string superuser, Process? process) => (_superuser, _process) = (superuser, process);

    /// <summary>A fresh, empty database that is dropped on dispose.</summary>
    public static async Task<TestDatabase> CreateDatabase()
    {
        var server = await Shared.Value;
        if (server._process is { HasExited: true } ended) throw new InvalidOperationException($"PostgreSQL ended with status {ended.ExitCode}.");
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server._superuser);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync();
        return new TestDatabase(server._superuser, name);
    }

    private static async Task<PostgresServer> Start()
    {
        var given = Environment.GetEnvironmentVariable("PLATFORM_TEST_POSTGRES");
        if (!string.IsNullOrEmpty(given)) return new PostgresServer(Superuser(new NpgsqlConnectionStringBuilder(given)), process: null);

        var data = Path.Combine(Path.GetTempPath(), $"platform-test-postgres-{Guid.NewGuid():N}");
        var port = FreePort.Next();
        var password = Guid.NewGuid().ToString("N");
        var server = Run(data, port, password);
        var superuser = Superuser(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = password });
        await WaitUntilItAnswers(superuser, server, data);
        return new PostgresServer(superuser, server);
    }

    /// <summary>The shell holds the read end of a pipe from this process, so that the server goes down however this process ends.</summary>
    private static Process Run(string data, int port, string password)
    {
        const string script = """
            exec 3<&0
            mkdir "$2" && "$1" "$2" "$3" </dev/null >"$2.log" 2>&1 & server=$!
            (read -r _ <&3; kill -TERM $server; rm -f "$2.log") &
            wait $server
            rm -rf "$2"
            """;
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", script, "postgres", RunScript(), data, $"{port}"]) start.ArgumentList.Add(argument);
        start.Environment["PGPASSWORD"] = password;
        start.Environment.TryAdd("PLATFORM_POSTGRES_OPTIONS", "-c fsync=off -c full_page_writes=off");
        return Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
    }

    private static async Task WaitUntilItAnswers(string superuser, Process server, string data)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(superuser);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (!server.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
            {
                await Task.Delay(50);
            }
            catch (NpgsqlException e)
            {
                var log = File.Exists($"{data}.log") ? await File.ReadAllTextAsync($"{data}.log") : "";
                throw new InvalidOperationException($"PostgreSQL did not start: {log}", e);
            }
        }
    }

    private static string RunScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "infra/postgres/run");
            if (File.Exists(script)) return script;
        }

        throw new FileNotFoundException($"infra/postgres/run lies in no folder above {AppContext.BaseDirectory}");
    }

    private static string Superuser(NpgsqlConnectionStringBuilder connection)
    {
        connection.Database = "postgres";
        connection.Pooling = false;
        return connection.ConnectionString;
    }
}
