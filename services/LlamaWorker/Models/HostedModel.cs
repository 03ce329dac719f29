using Platform.Catalog;
using Platform.Grains.Pools;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>A model of the catalogue that this worker serves: in memory, or loaded when somebody wants to use it.</summary>
/// <param name="bytes">Memory it takes while it is loaded.</param>
internal sealed class HostedModel(CatalogModel entry, TemplateFacts template, long bytes, Residency residency)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _unused = Done();
    private volatile CatalogModel _entry = entry;
    private volatile LoadedModel? _loaded;
    private int _uses;
    private bool _closed, _removed;

    /// <summary>What the catalogue says now; what the engine was loaded with is <see cref="Spec"/>.</summary>
    public CatalogModel Entry
    {
        get => _entry;
        set => _entry = value;
    }

    public LoadSpec Spec { get; } = LoadSpec.Of(entry);
    public TemplateFacts Template => template;
    public long Bytes => bytes;
    public TokenCounters Counters { get; } = TokenCounters.For(entry.Id);

    /// <summary>Null: it would have to be loaded first.</summary>
    public LoadedModel? Loaded => _loaded;

    // whoever uses the model has it in memory
    public IEngineModel Engine => _loaded!.Engine;
    public ContinuousBatcher Batcher => _loaded!.Batcher;
    public PromptWriter Prompt => _loaded!.Prompt;
    public GrammarCache Grammars => _loaded!.Grammars;
    public ControlVocabulary Vocabulary => _loaded!.Vocabulary;

    /// <summary>When its last use ended.</summary>
    public long LastUse { get; private set; }

    public bool IsRemoved
    {
        get
        {
            lock (_gate) return _removed;
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_gate) return _uses == 0;
        }
    }

    /// <summary>Waits until the model is in memory; there it stays until <see cref="EndUse"/>. False: it has been taken out of the catalogue.</summary>
    /// <exception cref="EngineException">It can't be loaded.</exception>
    public ValueTask<bool> Use(CancellationToken cancellation) => TryUse() ? new(true) : new(residency.Bring(this, cancellation));

    /// <summary>False: it is not in memory, or about to go.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_loaded is null || _closed || _removed) return false;
            BeginUse();
            return true;
        }
    }

    /// <summary>One more use, by somebody who has one.</summary>
    public void UseLonger()
    {
        lock (_gate) BeginUse();
    }

    public void EndUse()
    {
        lock (_gate)
        {
            LastUse = TimeProvider.System.GetTimestamp();
            if (--_uses == 0) _unused.TrySetResult();
        }
    }

    public void Put(LoadedModel loaded)
    {
        lock (_gate)
        {
            LastUse = TimeProvider.System.GetTimestamp();
            (_loaded, _closed) = (loaded, false);
        }
    }

    /// <summary>Nobody begins to use it any more; the task ends with the last use.</summary>
    public Task Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _unused.Task;
        }
    }

    public void Reopen()
    {
        lock (_gate) _closed = false;
    }

    /// <summary>It is no longer in the catalogue.</summary>
    public void Remove()
    {
        lock (_gate) _removed = true;
    }

    /// <summary>Frees its memory: what runs is broken off, and the engine ends after its last use.</summary>
    public async Task Unload()
    {
        var unused = Close();
        if (_loaded is not { } loaded) return;
        await loaded.Batcher.DisposeAsync();
        await unused;
        _loaded = null;
        loaded.Engine.Dispose();
        loaded.Draft?.Dispose();
    }

    private void BeginUse()
    {
        if (_uses++ == 0) _unused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}

/// <summary>What of a catalogue entry makes it a different model to load.</summary>
internal readonly record struct LoadSpec(
    string Engine, string Artifact, string? Template, int ContextLength, int Slots, int? CacheTokens, int? HostCacheTokens, int? Threads, double StepDelayMs, string CacheType, bool? FlashAttention, int? GpuLayers, string TensorSplit, double AdapterScale, string? Draft, int? Guesses)
{
    public static LoadSpec Of(CatalogModel model) =>
        new(model.Engine, ModelCatalog.ArtifactHash(model), model.Template, model.ContextLength, model.Slots, model.CacheTokens, model.HostCacheTokens, model.Threads, model.StepDelayMs, model.CacheType, model.FlashAttention, model.GpuLayers,
            string.Join(' ', model.TensorSplit), model.Adapter?.Scale ?? 0, model.Speculation?.Draft?.Sha256, model.Speculation?.MaxTokens);
}
