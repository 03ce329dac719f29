using Platform.Catalog;

namespace Platform.LlamaWorker.Models;

/// <summary>Bytes of memory the process of a worker may take; its models share what is left beside the process itself.</summary>
internal sealed record MemoryBudget(long Bytes)
{
    /// <summary>What the process takes without models: runtime, heap, threads.</summary>
    private const long Process = 384L << 20;

    /// <summary>Three quarters of what this machine, or its container, has.</summary>
    private static long Usual => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    /// <summary>What all loaded models may take together.</summary>
    public long ForModels => Math.Max(0, Bytes - Process);

    public static MemoryBudget From(WorkerOptions options) => new(ByteSize.Parse(options.MemoryBudget) ?? Usual);
}
