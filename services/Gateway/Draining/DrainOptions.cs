namespace Platform.Gateway.Draining;

/// <summary>Configuration section <c>Platform:Gateway</c>.</summary>
internal sealed record DrainOptions
{
    public const string Section = "Platform:Gateway";

    /// <summary>Seconds that running requests get to finish in when the process is told to stop, 0–300.</summary>
    public double DrainSeconds { get; init; } = 8;
}
