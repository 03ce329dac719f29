using Platform.Fixtures;

namespace Platform.Clustering.Tests;

/// <summary>A cluster of one, for a class of tests.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    private TestDatabase _database = null!; // made before the first test

    internal Member Silo { get; private set; } = null!; // made before the first test

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        Silo = await Member.Silo(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await _database.DisposeAsync();
    }
}
