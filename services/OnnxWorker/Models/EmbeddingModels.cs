using System.Collections.Concurrent;
using System.Threading.Channels;
using Platform.Catalog;

namespace Platform.OnnxWorker.Models;

/// <summary>The embedding models of the catalogue that this worker serves: loaded in the background at start, followed when the catalogue changes.</summary>
internal sealed partial class EmbeddingModels(ModelCatalog catalog, EmbeddingLoader loader, ILogger<EmbeddingModels> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, HostedEmbedding> _loaded = new();
    private readonly ConcurrentDictionary<string, string> _failed = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Raised when a model has become ready or has gone.</summary>
    public event Action? Changed;

    public IEnumerable<HostedEmbedding> Ready => _loaded.Values;

    public HostedEmbedding? Find(string id) => _loaded.GetValueOrDefault(id);

    /// <summary>Models that are to be served and are not: why, or that they are still loading.</summary>
    public IReadOnlyList<string> Missing() =>
        [.. Wanted().Where(model => !_loaded.ContainsKey(model.Id)).Select(model => $"{model.Id}: {(_failed.TryGetValue(model.Id, out var reason) ? reason : "loading")}")];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void OnChange() => _changes.Writer.TryWrite(true);
        catalog.Changed += OnChange;
        try
        {
            do
            {
                await Follow(stoppingToken);
            }
            while (await _changes.Reader.ReadAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            catalog.Changed -= OnChange;
        }
    }

    /// <summary>Frees the models; their runs have ended by now.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var id in _loaded.Keys)
        {
            if (_loaded.TryRemove(id, out var model)) await model.DisposeAsync();
        }
    }

    private IEnumerable<CatalogModel> Wanted() => catalog.Models.Where(model => model is { Kind: ModelKind.Embedding, Engine: "onnx" or "llama.cpp" });

    private async Task Follow(CancellationToken cancellation)
    {
        var wanted = Wanted().ToDictionary(model => model.Id);
        foreach (var (id, model) in _loaded.ToArray())
        {
            if (!wanted.TryGetValue(id, out var entry) || !Same(entry, model.Entry)) await Remove(model);
        }

        foreach (var entry in wanted.Values.Where(entry => !_loaded.ContainsKey(entry.Id))) await Load(entry, cancellation);
    }

    private static bool Same(CatalogModel a, CatalogModel b) => ModelCatalog.ArtifactHash(a) == ModelCatalog.ArtifactHash(b) &&
        (a.Embedding, a.ContextLength, a.Threads, a.Slots, a.QueueLimit) == (b.Embedding, b.ContextLength, b.Threads, b.Slots, b.QueueLimit);

    private async Task Load(CatalogModel entry, CancellationToken cancellation)
    {
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            _loaded[entry.Id] = await loader.Load(entry, _loaded.Values.Sum(model => model.Memory), cancellation);
            _failed.TryRemove(entry.Id, out _);
            Log.ModelLoaded(logger, entry.Id, (long)TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            Changed?.Invoke();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failed[entry.Id] = e.Message;
            Log.ModelNotLoaded(logger, entry.Id, e.Message);
        }
    }

    /// <summary>What still runs on it is handed back to its owners.</summary>
    private async Task Remove(HostedEmbedding model)
    {
        _loaded.TryRemove(model.Entry.Id, out _);
        Changed?.Invoke();
        await model.DisposeAsync();
        Log.ModelRemoved(logger, model.Entry.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Model} ready after {Milliseconds} ms")]
        public static partial void ModelLoaded(ILogger logger, string model, long milliseconds);

        [LoggerMessage(2, LogLevel.Error, "{Model} is not served, the others are: {Reason}")]
        public static partial void ModelNotLoaded(ILogger logger, string model, string reason);

        [LoggerMessage(3, LogLevel.Information, "{Model} removed")]
        public static partial void ModelRemoved(ILogger logger, string model);
    }
}
