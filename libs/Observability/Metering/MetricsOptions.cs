namespace Platform.Observability.Metering;

internal sealed record MetricsOptions
{
    /// <summary>Address <c>/metrics</c> listens on; <c>+</c> is all.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>0: metrics are not served.</summary>
    public int Port { get; init; }
}
