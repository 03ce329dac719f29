using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Platform.Clustering;

internal static class MembershipRegistration
{
    public static void AddMembershipSchema(this IServiceCollection services, ClusterOptions cluster)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(cluster);
        services.AddHostedService<MembershipSchema>();
    }
}

/// <summary>Makes the tables of the membership before anybody looks into them; whoever starts first makes them, and all take turns.</summary>
internal sealed partial class MembershipSchema(ClusterOptions cluster, TimeProvider time, ILogger<MembershipSchema> log) : IHostedLifecycleService
{
    private const long Lock = 0x6f72_6c65_616e_0001;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var sql = await Read();
        while (true)
        {
            try
            {
                await Apply(sql, cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient || e.SqlState == PostgresErrorCodes.InvalidCatalogName) // the database itself is made by who keeps documents in it
            {
                Log.DatabaseUnavailable(log, e.Message);
                await Task.Delay(Retry, time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Apply(string sql, CancellationToken cancellation)
    {
        // its end is the end of the lock
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } }, CommandTimeout = 0 };
        await take.ExecuteNonQueryAsync(cancellation);
        await using var apply = new NpgsqlCommand(sql, connection);
        await apply.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string> Read()
    {
        await using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("membership.sql") ?? throw new InvalidOperationException("The library was built without its membership.sql.");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Database unavailable: {Reason}")]
        public static partial void DatabaseUnavailable(ILogger log, string reason);
    }
}
