namespace Platform.Silo.Quotas;

/// <summary>Limits of a project that has none of its own; null is unlimited.</summary>
internal sealed record QuotaOptions
{
    public long? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }
}
