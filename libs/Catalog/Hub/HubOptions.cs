namespace Platform.Catalog.Hub;

/// <summary>A hub that speaks Hugging Face's API; configuration section <c>Platform:Hub</c>, with the variables every tool of that hub reads as defaults.</summary>
public sealed record HubOptions
{
    public const string Section = "Platform:Hub";

    /// <summary>Address of the hub; <c>HF_ENDPOINT</c>.</summary>
    public string Endpoint { get; init; } = Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } endpoint ? endpoint : "https://huggingface.co";

    /// <summary>Sent to the hub alone, never to where it redirects; <c>HF_TOKEN</c>.</summary>
    public string Token { get; init; } = Environment.GetEnvironmentVariable("HF_TOKEN") ?? "";

    /// <summary>Parts of a file that are fetched at once.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Bytes of a part.</summary>
    public int PartBytes { get; init; } = 32 << 20;

    /// <summary>Failures of a part in a row, none of its bytes in between, after which the pull ends; what has arrived is kept.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Pause after the first failure; doubled by each further one, 15 s at most.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a connection may bring nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="CatalogException">A value can't be used.</exception>
    internal Uri Address()
    {
        if (Connections is < 1 or > 32) throw new CatalogException($"{Section}:Connections: {Connections} is not 1 to 32.");
        if (PartBytes < 1) throw new CatalogException($"{Section}:PartBytes: {PartBytes} is less than 1.");
        return Uri.TryCreate(Endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
            ? address!
            : throw new CatalogException($"{Section}:Endpoint (HF_ENDPOINT): \"{Endpoint}\" is no http(s) address.");
    }
}
