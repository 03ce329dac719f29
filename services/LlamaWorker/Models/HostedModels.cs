using System.Collections.Concurrent;
using System.Threading.Channels;
using Platform.Catalog;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>The chat models of the catalogue that this worker serves: loaded in the background at start as far as memory goes, the others when they are asked for; followed when the catalogue changes.</summary>
internal sealed partial class HostedModels(ModelCatalog catalog, ModelLoader loader, Residency residency, ILogger<HostedModels> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan RunsMayFinish = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, HostedModel> _hosted = new();
    private readonly ConcurrentDictionary<string, string> _failed = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Raised when a model has become ready, was loaded or unloaded, or is about to go.</summary>
    public event Action? Changed;

    /// <summary>Those that take runs, in memory or not.</summary>
    public IEnumerable<HostedModel> Served => _hosted.Values;

    public HostedModel? Find(string id) => _hosted.GetValueOrDefault(id);

    /// <summary>Models that are to be served and are not: why, or that they are still loading.</summary>
    public IReadOnlyList<string> Missing() =>
        [.. Wanted().Where(model => !_hosted.ContainsKey(model.Id)).Select(model => $"{model.Id}: {(_failed.TryGetValue(model.Id, out var reason) ? reason : "loading")}")];

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
        void OnMove() => Changed?.Invoke();
        catalog.Changed += OnChange;
        residency.Changed += OnMove;
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
            residency.Changed -= OnMove;
        }
    }

    /// <summary>Frees the models; their runs have ended by now.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var id in _hosted.Keys)
        {
            if (_hosted.TryRemove(id, out var model)) await residency.Discard(model);
        }
    }

    private IEnumerable<CatalogModel> Wanted() => catalog.Models.Where(model => model.Kind == ModelKind.Chat && ModelLoader.Knows(model.Engine));

    private Task Follow(CancellationToken cancellation)
    {
        var wanted = Wanted().ToDictionary(model => model.Id);
        return Task.WhenAll(_hosted.Keys.Union(wanted.Keys).Select(id => Task.Run(() => Settle(_hosted.GetValueOrDefault(id), wanted.GetValueOrDefault(id), cancellation), cancellation)));
    }

    private async Task Settle(HostedModel? hosted, CatalogModel? wanted, CancellationToken cancellation)
    {
        if (hosted is not null && wanted is not null && hosted.Spec == LoadSpec.Of(wanted))
        {
            hosted.Entry = wanted;
            return;
        }

        if (hosted is not null) await Remove(hosted, cancellation);
        if (wanted is not null) await Host(wanted, cancellation);
    }

    private async Task Host(CatalogModel entry, CancellationToken cancellation)
    {
        try
        {
            var need = ModelLoader.Estimate(entry);
            if (need.Total > residency.Budget) throw new EngineException(need.Refusal(entry, residency.Budget));
            var model = new HostedModel(entry, await loader.Look(entry, cancellation), need.Total, residency);
            await residency.LoadIfRoom(model, cancellation);
            _failed.TryRemove(entry.Id, out _);
            _hosted[entry.Id] = model;
            Log.ModelServed(logger, entry.Id);
            Changed?.Invoke();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failed[entry.Id] = e.Message;
            Log.ModelNotServed(logger, entry.Id, e.Message);
        }
    }

    private async Task Remove(HostedModel model, CancellationToken cancellation)
    {
        _hosted.TryRemove(model.Entry.Id, out _);
        model.Remove();
        Changed?.Invoke();
        await Task.WhenAny(model.Close(), Task.Delay(RunsMayFinish, cancellation));
        await residency.Discard(model);
        Log.ModelRemoved(logger, model.Entry.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Model} is served")]
        public static partial void ModelServed(ILogger logger, string model);

        [LoggerMessage(2, LogLevel.Error, "{Model} is not served, the others are: {Reason}")]
        public static partial void ModelNotServed(ILogger logger, string model, string reason);

        [LoggerMessage(3, LogLevel.Information, "{Model} removed")]
        public static partial void ModelRemoved(ILogger logger, string model);
    }
}
