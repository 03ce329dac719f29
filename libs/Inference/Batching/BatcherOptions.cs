using Platform.Inference.Engine;
using Platform.Inference.Speculation;

namespace Platform.Inference.Batching;

/// <param name="ContextLength">Tokens a sequence may have, prompt and output together.</param>
/// <param name="Slots">Sequences decoded at once.</param>
/// <param name="CacheTokens">Cells all sequences share; at least <paramref name="ContextLength"/>.</param>
/// <param name="PrefillChunk">Most prompt tokens a step reads.</param>
/// <param name="HostCacheTokens">Tokens of idle caches that are kept in the host's memory, beyond the context's own; 0: none.</param>
public sealed record BatcherOptions(int ContextLength, int Slots, int CacheTokens, int PrefillChunk = 256, int Threads = 1, int HostCacheTokens = 0, CacheType CacheType = CacheType.F16, bool? FlashAttention = null)
{
    /// <summary>Null: nothing is guessed.</summary>
    public SpeculationOptions? Speculation { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ContextLength, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CacheTokens, ContextLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(PrefillChunk, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(HostCacheTokens);
    }
}

/// <summary>Counters since start, and what is going on now.</summary>
/// <param name="Running">Choices that have a slot.</param>
/// <param name="Waiting">Choices that wait for one.</param>
/// <param name="PromptTokens">Tokens of the prompts read, cached ones included, each prompt once.</param>
/// <param name="CachedTokens">Those that were in the cache already.</param>
/// <param name="CompletionTokens">Tokens drawn.</param>
/// <param name="OverheadMicros">Time spent in steps outside the engine's decode, over all steps.</param>
/// <param name="HostTokens">Tokens of idle caches in the host's memory.</param>
public readonly record struct BatcherReport(int Running, int Waiting, long Steps, long PromptTokens, long CachedTokens, long CompletionTokens, long DecodeMicros, long OverheadMicros, int CellsUsed, int HostTokens);
