using System.Net;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Platform.Clustering;

/// <summary>Where a platform's silos find one another (<c>Platform:Cluster</c>): in the schema <c>orleans</c> of the platform's database.</summary>
internal sealed record ClusterOptions(string Id, string ConnectionString)
{
    public const string Service = "platform", Invariant = "Npgsql";
    private const string IdKey = "Platform:Cluster:Id", ConnectionKey = "Platform:Database:ConnectionString";

    public static ClusterOptions From(IConfiguration configuration)
    {
        if (configuration[ConnectionKey] is not { Length: > 0 } text) throw new InvalidOperationException($"{ConnectionKey} is missing: give it a PostgreSQL connection string.");
        // the provider's own commands carry no time-out, and a silo must not wait for a database that hangs
        var connection = new NpgsqlConnectionStringBuilder(text) { SearchPath = "orleans", MaxPoolSize = 4, Timeout = 5, CommandTimeout = 5, Timezone = "UTC" };
        return new ClusterOptions(configuration[IdKey] ?? "platform", connection.ConnectionString);
    }

    /// <summary>An IP address of this machine that the other processes reach.</summary>
    public static IPAddress Address(string text, string key) =>
        IPAddress.TryParse(text, out var address) ? address : throw new InvalidOperationException($"{key} is {text}; it must be an IP address.");
}
