using System.Collections.Concurrent;
using System.Threading.Channels;
using Platform.Catalog;

namespace Platform.LlamaWorker.Models;

/// <summary>The chat models of the catalogue that this worker serves: loaded in the background at start, followed when the catalogue changes.</summary>
internal sealed partial class HostedModels(ModelCatalog catalog, ModelLoader loader, ILogger<HostedModels> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan RunsMayFinish = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, HostedModel> _loaded = new();
    private readonly ConcurrentDictionary<string, string> _failed = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Raised when a model has become ready or is about to go.</summary>
    public event Action? Changed;

    public IEnumerable<HostedModel> Ready => _loaded.Values;

    public HostedModel? Find(string id) => _loaded.GetValueOrDefault(id);

    /// <summary>Models that are to be served and are not: why, or that they are still loading.</summary>
    public IReadOnlyList<string> Missing() =>
        [.. Wanted().Where(model => !_loaded.ContainsKey(model.Id)).Select(model => $"{model.Id}: {(_failed.TryGetValue(model.Id, out var reason) ? reason : "loading")}")];

    /// <summary>Models load while the rest of the process starts.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => base.StartAsync(cancellationToken);

    public override Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        BatcherGauges.Show(this);
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

    private IEnumerable<CatalogModel> Wanted() => catalog.Models.Where(model => model.Kind == ModelKind.Chat && ModelLoader.Knows(model.Engine));

    private Task Follow(CancellationToken cancellation)
    {
        var wanted = Wanted().ToDictionary(model => model.Id);
        return Task.WhenAll(_loaded.Keys.Union(wanted.Keys).Select(id => Task.Run(() => Settle(_loaded.GetValueOrDefault(id), wanted.GetValueOrDefault(id), cancellation), cancellation)));
    }

    private async Task Settle(HostedModel? loaded, CatalogModel? wanted, CancellationToken cancellation)
    {
        if (loaded is not null && wanted is not null && loaded.Spec == LoadSpec.Of(wanted))
        {
            loaded.Entry = wanted;
            return;
        }

        if (loaded is not null) await Remove(loaded, cancellation);
        if (wanted is not null) await Load(wanted, cancellation);
    }

    private async Task Load(CatalogModel entry, CancellationToken cancellation)
    {
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var model = await loader.Load(entry, cancellation);
            _failed.TryRemove(entry.Id, out _);
            _loaded[entry.Id] = model;
            Log.ModelLoaded(logger, entry.Id, (long)TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            Changed?.Invoke();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failed[entry.Id] = e.Message;
            Log.ModelNotLoaded(logger, entry.Id, e.Message);
        }
    }

    private async Task Remove(HostedModel model, CancellationToken cancellation)
    {
        _loaded.TryRemove(model.Entry.Id, out _);
        Changed?.Invoke();
        await model.Idle(RunsMayFinish, cancellation);
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
