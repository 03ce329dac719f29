using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary>The platform's own PostgreSQL.</summary>
internal sealed class PostgresService
{
    private readonly House _house;
    private readonly NpgsqlConnectionStringBuilder _server;

    public PostgresService(House house, int port, Action<string> say)
    {
        _house = house;
        if (!File.Exists(house.DatabasePassword)) SecretFile.Write(house.DatabasePassword, RandomNumberGenerator.GetHexString(32, lowercase: true));
        var password = File.ReadAllText(house.DatabasePassword);
        _server = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = password, Database = "postgres", Pooling = false };
        ConnectionString = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = password, Database = "platform" }.ConnectionString;
        var command = new ProcessStartInfo(house.RunPostgres, [house.Database, $"{port}"]) { Environment = { ["PGPASSWORD"] = password } };
        Service = new Service("PostgreSQL", command, atDeath: "TERM", grace: TimeSpan.FromSeconds(30), new LogFile(house.Log("postgres")), say);
    }

    public Service Service { get; }

    public string ConnectionString { get; }

    /// <summary>True once it answers and has the platform's database.</summary>
    public async Task<bool> Answers(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_server.ConnectionString);
            await connection.OpenAsync(cancellation);
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = 'platform'", connection);
            if (await exists.ExecuteScalarAsync(cancellation) is null)
            {
                await using var create = new NpgsqlCommand("create database platform", connection);
                await create.ExecuteNonQueryAsync(cancellation);
            }

            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new CliException($"The database in {_house.Database} was made with another password than {_house.DatabasePassword} holds. Bring that file back, or move both away to start afresh.");
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
