using Platform.Catalog;

namespace Platform.OnnxWorker;

/// <summary>Configuration section <c>Platform:OnnxWorker</c>.</summary>
public sealed record OnnxWorkerOptions
{
    public const string Section = "Platform:OnnxWorker";

    /// <summary>Name of this worker, unique among all; empty: host, process and a random number.</summary>
    public string Id { get; init; } = "";

    /// <summary>Seconds that running work gets to finish in when the process is told to stop, 0–300.</summary>
    public double DrainSeconds { get; init; } = 20;

    /// <summary>Memory that models of vectors on llama.cpp may take together, e.g. <c>1.5GiB</c>: one that does not fit is not served. Empty: a quarter of the machine's, which a <c>Platform:Worker</c> beside it leaves.</summary>
    public string MemoryBudget { get; init; } = "";

    /// <summary>CUDA device the models run on; null: the CPU.</summary>
    public int? Cuda { get; init; }

    internal long ForVectors => ByteSize.Parse(MemoryBudget) ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
}

/// <summary>Who this worker is: the name of its queue and of its heartbeats.</summary>
internal sealed record WorkerIdentity(string Id)
{
    public static WorkerIdentity From(OnnxWorkerOptions options) => new(options.Id.Length > 0
        ? options.Id
        : $"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}");
}
