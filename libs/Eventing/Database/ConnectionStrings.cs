using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Platform.Eventing.Database;

/// <summary>What every connection of the ledger has in common, and the two that are not from the pool.</summary>
internal sealed class ConnectionStrings(IOptions<EventingOptions> options)
{
    /// <summary>Marten stores <c>now() at time zone 'utc'</c> as timestamptz: a session in another time zone would skew every event's time.</summary>
    private NpgsqlConnectionStringBuilder Common => new(options.Value.ConnectionString) { Timezone = "UTC", IncludeErrorDetail = false };

    public string DatabaseName => Common.Database ?? throw new InvalidOperationException($"{EventingOptions.Section}:ConnectionString names no database.");

    /// <summary>A connection whose end is the end of its session, and so of the locks it holds.</summary>
    public string Unpooled => new NpgsqlConnectionStringBuilder(Common.ConnectionString) { Pooling = false, CommandTimeout = 5 }.ConnectionString;

    /// <summary>The database every server has, from which ours is created.</summary>
    public string Maintenance => new NpgsqlConnectionStringBuilder(Common.ConnectionString) { Pooling = false, Database = "postgres" }.ConnectionString;

    public NpgsqlDataSource OpenDataSource(ILoggerFactory logs)
    {
        var pooled = new NpgsqlConnectionStringBuilder(Common.ConnectionString) { MaxPoolSize = options.Value.MaxConnections, MaxAutoPrepare = 50 };
        return new NpgsqlDataSourceBuilder(pooled.ConnectionString).UseLoggerFactory(logs).EnableParameterLogging(false).Build();
    }
}
