namespace Platform.Gateway.Generations;

/// <summary>Configuration section <c>Platform:Gateway:Generations</c>.</summary>
internal sealed record GenerationOptions
{
    public const string Section = "Platform:Gateway:Generations";

    /// <summary>After this a generation is ended, however far it is.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long nothing may come before a stream gets a comment and the worker is asked where it is.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a generation that lost its worker waits for another to be there at all.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(30);
}
