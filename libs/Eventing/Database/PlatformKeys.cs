using Npgsql;

namespace Platform.Eventing.Database;

/// <summary>Secrets that all processes of a platform share: made by whoever needs one first.</summary>
public sealed class PlatformKeys(NpgsqlDataSource database)
{
    private const string Table = $"{LedgerSchema.Name}.platform_keys";

    internal async Task Create(CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"create table if not exists {Table} (name text primary key, secret bytea not null)");
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <param name="make">A new secret, for when there is none of this name.</param>
    public async Task<byte[]> Get(string name, Func<byte[]> make, CancellationToken cancellation)
    {
        if (await Read(name, cancellation) is { } known) return known;
        await using var insert = database.CreateCommand($"insert into {Table} (name, secret) values ($1, $2) on conflict do nothing");
        insert.Parameters.Add(new() { Value = name });
        insert.Parameters.Add(new() { Value = make() });
        await insert.ExecuteNonQueryAsync(cancellation);
        return await Read(name, cancellation) ?? throw new InvalidOperationException($"The key '{name}' was deleted while it was made.");
    }

    private async Task<byte[]?> Read(string name, CancellationToken cancellation)
    {
        await using var select = database.CreateCommand($"select secret from {Table} where name = $1");
        select.Parameters.Add(new() { Value = name });
        return (byte[]?)await select.ExecuteScalarAsync(cancellation);
    }
}
