namespace Platform.Eventing;

/// <summary>Where the ledger's database is (<c>Platform:Database</c>).</summary>
public sealed class EventingOptions
{
    public const string Section = "Platform:Database";

    /// <summary>Npgsql connection string; its database is created when the server has none of that name.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections this process may hold.</summary>
    public int MaxConnections { get; set; } = 24;
}
