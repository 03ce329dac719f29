namespace Platform.Silo;

internal sealed record SiloOptions
{
    /// <summary>Port silos talk to each other on; 0: a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port clients in other processes connect to; 0: a free one.</summary>
    public int GatewayPort { get; init; }
}
