using Platform.Catalog;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>
/// Which models are in memory. They are brought one after the other; where the budget has no room, those go that nobody uses and that were used longest ago.
/// When all are in use, the one used longest ago takes no new runs until it is free, so that a busy model does not keep another one out for ever.
/// </summary>
internal sealed partial class Residency(ModelLoader loader, MemoryBudget budget, ILogger<Residency> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<HostedModel> _loaded = [];

    /// <summary>Raised when a model has come or gone.</summary>
    public event Action? Changed;

    public long Budget => budget.ForModels;

    /// <summary>Estimate of what the loaded models take.</summary>
    public long Taken { get; private set; }

    /// <summary>Waits for the model and begins to use it. False: it has been taken out of the catalogue.</summary>
    public async Task<bool> Bring(HostedModel model, CancellationToken cancellation)
    {
        while (!model.TryUse())
        {
            if (model.IsRemoved) return false;
            await Load(model, mayWait: true, cancellation);
        }

        return true;
    }

    /// <summary>Loads a model where there is room for it beside the others.</summary>
    public Task LoadIfRoom(HostedModel model, CancellationToken cancellation) => Load(model, mayWait: false, cancellation);

    /// <summary>Frees a model; whatever still runs on it is broken off.</summary>
    public async Task Discard(HostedModel model)
    {
        model.Remove();
        await _one.WaitAsync();
        try
        {
            await Unload(model);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task Load(HostedModel model, bool mayWait, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (model.IsRemoved || model.Loaded is not null || !await MakeRoom(model.Bytes, mayWait, cancellation)) return;
            var began = TimeProvider.System.GetTimestamp();
            var loaded = await loader.Load(model.Entry, CancellationToken.None);
            _loaded.Add(model);
            Taken += model.Bytes;
            model.Put(loaded);
            Log.ModelLoaded(logger, model.Entry.Id, (long)TimeProvider.System.GetElapsedTime(began).TotalMilliseconds, ByteSize.Of(Taken), ByteSize.Of(Budget));
        }
        finally
        {
            _one.Release();
        }

        Changed?.Invoke();
    }

    /// <summary>False: there is no room, and nobody is to make way.</summary>
    private async Task<bool> MakeRoom(long bytes, bool mayWait, CancellationToken cancellation)
    {
        while (Taken + bytes > Budget)
        {
            if (!mayWait) return false;
            var leaving = _loaded.Where(model => model.IsIdle).MinBy(model => model.LastUse) ?? _loaded.MinBy(model => model.LastUse)
                ?? throw new EngineException($"{ByteSize.Of(bytes)} are needed and {ByteSize.Of(Budget)} are there for models.");
            try
            {
                await leaving.Close().WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                leaving.Reopen();
                throw;
            }

            await Unload(leaving);
        }

        return true;
    }

    private async Task Unload(HostedModel model)
    {
        await model.Unload();
        if (!_loaded.Remove(model)) return;
        Taken -= model.Bytes;
        Log.ModelUnloaded(logger, model.Entry.Id, ByteSize.Of(Taken), ByteSize.Of(Budget));
        Changed?.Invoke();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Model} loaded in {Milliseconds} ms; the models take {Taken} of {Budget}")]
        public static partial void ModelLoaded(ILogger logger, string model, long milliseconds, string taken, string budget);

        [LoggerMessage(2, LogLevel.Information, "{Model} unloaded; the models take {Taken} of {Budget}")]
        public static partial void ModelUnloaded(ILogger logger, string model, string taken, string budget);
    }
}
