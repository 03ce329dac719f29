namespace Platform.LlamaWorker;

/// <summary>Configuration section <c>Platform:Worker</c>.</summary>
public sealed record WorkerOptions
{
    public const string Section = "Platform:Worker";

    /// <summary>Name of this worker, unique among all; empty: host, process and a random number.</summary>
    public string Id { get; init; } = "";

    /// <summary>Seconds that running generations get to finish in when the process is told to stop, 0–300.</summary>
    public double DrainSeconds { get; init; } = 9;

    /// <summary>Memory the worker's process may take, e.g. <c>1.5GiB</c>: models are loaded and unloaded by demand within it. Empty: three quarters of the machine's.</summary>
    public string MemoryBudget { get; init; } = "";
}

/// <summary>Who this worker is: the name of its queue and of its heartbeats.</summary>
internal sealed record WorkerIdentity(string Id)
{
    public static WorkerIdentity From(WorkerOptions options) => new(options.Id.Length > 0
        ? options.Id
        : $"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}");
}
