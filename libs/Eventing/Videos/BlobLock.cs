using Npgsql;

namespace Platform.Eventing.Videos;

/// <summary>Keeps apart, to the end of a transaction, who adds a reference to a blob and who deletes what has none.</summary>
internal static class BlobLock
{
    public static Task Share(NpgsqlConnection connection, IEnumerable<string> blobs, CancellationToken cancellation) => Take("pg_advisory_xact_lock_shared", connection, blobs, cancellation);

    public static Task Own(NpgsqlConnection connection, string blob, CancellationToken cancellation) => Take("pg_advisory_xact_lock", connection, [blob], cancellation);

    private static async Task Take(string function, NpgsqlConnection connection, IEnumerable<string> blobs, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {function}(hashtextextended(blob, 0)) from unnest($1) as blob", connection);
        command.Parameters.Add(new() { Value = blobs.ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
