using Npgsql;

namespace Platform.Fixtures;

/// <summary>A database of its own for a test or a class of tests.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _superuser;

    internal TestDatabase(string superuser, string name)
    {
        _superuser = superuser;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(superuser) { Database = name, Pooling = true }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>Cuts every connection to this database, as a restart of the server does.</summary>
    public Task TerminateConnections() => AsSuperuser($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Name}'");

    /// <summary>While false nobody can connect; those who are connected stay.</summary>
    public Task AllowConnections(bool allowed) => AsSuperuser($"alter database {Name} with allow_connections {allowed}");

    /// <summary>Drops another database of the same server.</summary>
    public Task Drop(string database) => AsSuperuser($"drop database if exists \"{database.Replace("\"", "\"\"")}\" with (force)");

    public async ValueTask DisposeAsync() => await Drop(Name);

    private async Task AsSuperuser(string sql)
    {
        await using var connection = new NpgsqlConnection(_superuser);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
