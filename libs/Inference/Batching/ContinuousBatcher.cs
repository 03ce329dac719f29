using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;

namespace Platform.Inference.Batching;

/// <summary>
/// Decodes many generations in one running batch. One engine thread owns the context; a step mixes prefill chunks with one token of every running sequence.
/// </summary>
public sealed class ContinuousBatcher : IAsyncDisposable
{
    private readonly Inbox inbox = new();
    private readonly Lazy<TokenTrie> vocabulary;
    private readonly EngineLoop loop;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long order;

    /// <summary>Creates the context and starts the engine's thread. Throws <see cref="EngineException"/> when the engine can't give what the options ask for.</summary>
    public ContinuousBatcher(IEngineModel model, BatcherOptions options, ILogger<ContinuousBatcher>? logger = null)
    {
        options.Validate();
        Model = model;
        Options = options;
        vocabulary = new(() => new TokenTrie(model));
        loop = new EngineLoop(model, vocabulary, options, inbox, logger ?? NullLogger<ContinuousBatcher>.Instance);
        new Thread(Run) { IsBackground = true, Name = "Engine" }.Start();
    }

    public IEngineModel Model { get; }
    public BatcherOptions Options { get; }

    /// <summary>Tokens a sequence may have, prompt and output together.</summary>
    public int ContextLength => Options.ContextLength;

    /// <summary>
    /// Queues a generation. What can't be served (empty or too long prompt) is told through <see cref="ITokenSink.Failed"/>,
    /// on the caller's own thread where the engine takes nothing any more (full, disposed).
    /// </summary>
    public SequenceHandle Submit(SequenceRequest request)
    {
        _ = request.Grammar is null ? null : vocabulary.Value; // made here, the first time, so that the engine's thread need not
        var generation = new Generation(request, Interlocked.Increment(ref order), ContextLength, inbox);
        if (inbox.Post(generation) is { } refusal)
        {
            request.Sink.Failed(refusal);
        }

        return generation;
    }

    public BatcherReport Report() => loop.Report();

    /// <summary>Breaks off what runs (its sinks are told that the worker is unavailable) and frees the context.</summary>
    public async ValueTask DisposeAsync()
    {
        loop.Abort();
        inbox.Close();
        await ended.Task;
    }

    private void Run()
    {
        try
        {
            loop.Run();
            ended.SetResult();
        }
        catch (Exception failure)
        {
            ended.SetException(failure);
        }
    }
}
