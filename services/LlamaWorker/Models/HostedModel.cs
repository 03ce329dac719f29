using Platform.Catalog;
using Platform.Grains.Pools;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>A loaded model with the batcher that decodes its runs.</summary>
internal sealed class HostedModel(CatalogModel entry, IEngineModel engine, ContinuousBatcher batcher, PromptWriter prompt, ModelTraits traits) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CatalogModel _entry = entry;
    private int _uses;
    private bool _leaving;

    /// <summary>What the catalogue says now; what the engine was loaded with is <see cref="Spec"/>.</summary>
    public CatalogModel Entry
    {
        get => _entry;
        set => _entry = value;
    }

    public LoadSpec Spec { get; } = LoadSpec.Of(entry);
    public IEngineModel Engine => engine;
    public ContinuousBatcher Batcher => batcher;
    public PromptWriter Prompt => prompt;
    public ModelTraits Traits => traits;
    public GrammarCache Grammars { get; } = new();
    public ControlVocabulary Vocabulary { get; } = new(engine);
    public TokenCounters Counters { get; } = TokenCounters.For(entry.Id);

    /// <summary>Waits until nothing runs on it, at most <paramref name="patience"/>.</summary>
    public async Task Idle(TimeSpan patience, CancellationToken cancellation)
    {
        var until = TimeProvider.System.GetUtcNow() + patience;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (batcher.Report() is { Running: > 0 } or { Waiting: > 0 } && TimeProvider.System.GetUtcNow() < until) await timer.WaitForNextTickAsync(cancellation);
    }

    /// <summary>False: the model is going. Else it stays until <see cref="EndUse"/>.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_leaving) return false;
            _uses++;
            return true;
        }
    }

    public void EndUse()
    {
        lock (_gate)
        {
            if (--_uses == 0 && _leaving) _unused.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _leaving = true;
            if (_uses == 0) _unused.TrySetResult();
        }

        await _unused.Task;
        await batcher.DisposeAsync();
        engine.Dispose();
    }
}

/// <summary>What of a catalogue entry makes it a different model to load.</summary>
internal readonly record struct LoadSpec(string Engine, string Artifact, string? Template, int ContextLength, int Slots, int? CacheTokens, int? HostCacheTokens, int? Threads, double StepDelayMs)
{
    public static LoadSpec Of(CatalogModel model) =>
        new(model.Engine, ModelCatalog.ArtifactHash(model), model.Template, model.ContextLength, model.Slots, model.CacheTokens, model.HostCacheTokens, model.Threads, model.StepDelayMs);
}
