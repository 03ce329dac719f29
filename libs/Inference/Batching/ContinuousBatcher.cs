using Platform.Inference.Engine;

namespace Platform.Inference.Batching;

/// <summary>
/// Decodes many generations in one running batch. One engine thread owns the context; a step mixes prefill chunks with one token of every running sequence.
/// </summary>
public sealed class ContinuousBatcher : IAsyncDisposable
{
    public ContinuousBatcher(IEngineModel model, BatcherOptions options)
    {
        Model = model;
        Options = options;
    }

    public IEngineModel Model { get; }
    public BatcherOptions Options { get; }

    /// <summary>Tokens a sequence may have, prompt and output together.</summary>
    public int ContextLength => Options.ContextLength;

    /// <summary>Queues a generation. What can't be served (empty or too long prompt) is told through <see cref="ITokenSink.Failed"/>.</summary>
    public SequenceHandle Submit(SequenceRequest request) => throw new NotImplementedException();

    public BatcherReport Report() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <param name="ContextLength">Tokens a sequence may have, prompt and output together.</param>
/// <param name="Slots">Sequences decoded at once.</param>
/// <param name="CacheTokens">Cells all sequences share; at least <paramref name="ContextLength"/>.</param>
/// <param name="PrefillChunk">Most prompt tokens a step reads.</param>
public sealed record BatcherOptions(int ContextLength, int Slots, int CacheTokens, int PrefillChunk = 256, int Threads = 1);

/// <summary>Counters since start, and what is going on now.</summary>
/// <param name="OverheadMicros">Time spent in steps outside the engine's decode, over all steps.</param>
public readonly record struct BatcherReport(int Running, int Waiting, long Steps, long PromptTokens, long CachedTokens, long CompletionTokens, long DecodeMicros, long OverheadMicros, int CellsUsed);
