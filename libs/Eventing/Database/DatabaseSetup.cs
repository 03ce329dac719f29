using Marten;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Eventing.Answers;
using Platform.Eventing.Background;
using Platform.Eventing.Content;
using Platform.Eventing.Videos;
using Platform.Eventing.Webhooks;

namespace Platform.Eventing.Database;

/// <summary>Creates the database and its schema before any other hosted service starts; replicas take turns.</summary>
internal sealed partial class DatabaseSetup(
    ConnectionStrings connections, IDocumentStore store, ContentTable content, AnswerTables answers, BackgroundStore background,
    VideoTable videos, PlatformKeys keys, WebhookStore webhooks, TimeProvider time, ILogger<DatabaseSetup> log) : IHostedLifecycleService
{
    private const long Lock = 0x6c65_6467_6572_0001;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.FromMilliseconds(200); ; wait = TimeSpan.FromSeconds(Math.Min(5, wait.TotalSeconds * 2)))
        {
            try
            {
                await CreateDatabase(cancellationToken);
                await ApplySchema(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                Log.DatabaseUnavailable(log, e.Message);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreateDatabase(CancellationToken cancellation)
    {
        await using var ours = new NpgsqlConnection(connections.Unpooled);
        try
        {
            await ours.OpenAsync(cancellation);
            return;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            Log.CreatingDatabase(log, connections.DatabaseName);
        }

        await using var server = new NpgsqlConnection(connections.Maintenance);
        await server.OpenAsync(cancellation);
        await using var create = server.CreateCommand();
        create.CommandText = $"create database \"{connections.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // another replica was quicker
        }
    }

    private async Task ApplySchema(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connections.Unpooled);
        await connection.OpenAsync(cancellation);
        await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } }, CommandTimeout = 0 };
        await take.ExecuteNonQueryAsync(cancellation);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await content.Create(cancellation);
        await answers.Create(cancellation);
        await background.Create(cancellation);
        await videos.Create(cancellation);
        await keys.Create(cancellation);
        await webhooks.Create(cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Database unavailable: {Reason}")]
        public static partial void DatabaseUnavailable(ILogger log, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Creating database {Database}")]
        public static partial void CreatingDatabase(ILogger log, string database);
    }
}
