using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.LlamaWorker.Models;

/// <summary>Bytes of memory the process of a worker may take; its models share what is left beside the process itself.</summary>
internal sealed partial record MemoryBudget(long Bytes)
{
    /// <summary>What the process takes without models: runtime, heap, threads.</summary>
    private const long Process = 384L << 20;

    /// <summary>Three quarters of what this machine, or its container, has.</summary>
    private static long Usual => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    /// <summary>What all loaded models may take together.</summary>
    public long ForModels => Math.Max(0, Bytes - Process);

    public static MemoryBudget From(WorkerOptions options) => new(Parse(options.MemoryBudget) ?? Usual);

    /// <summary>Null: nothing is set, or it is no size.</summary>
    public static long? Parse(string text)
    {
        if (Size().Match(text) is not { Success: true } match) return null;
        var unit = match.Groups[2].Value.ToUpperInvariant() switch { "" or "B" => 1d, "KB" => 1e3, "MB" => 1e6, "GB" => 1e9, "KIB" => 1 << 10, "MIB" => 1 << 20, _ => 1 << 30 };
        return (long)(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit);
    }

    [GeneratedRegex(@"\A\s*(\d{1,15}(?:\.\d{1,6})?)\s*(B|KB|MB|GB|KiB|MiB|GiB)?\s*\z", RegexOptions.IgnoreCase)]
    private static partial Regex Size();
}
