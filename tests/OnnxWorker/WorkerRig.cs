using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Generations;
using Platform.Fixtures;
using Platform.Inference.LlamaCpp;
using Platform.Messaging.Runs;
using Platform.OnnxWorker.Embeddings;
using Platform.OnnxWorker.Models;

namespace Platform.OnnxWorker.Tests;

/// <summary>The worker's embeddings over the bundled catalogue; answers are kept as they were sent.</summary>
internal sealed class WorkerRig : IAsyncDisposable, IWorkerQueues
{
    public const string Model = "all-minilm-l6-v2", Gateway = "gateway";

    private readonly Channel<EmbeddingAnswer> _answers = Channel.CreateUnbounded<EmbeddingAnswer>();

    private WorkerRig(CatalogOptions options, string budget)
    {
        var catalog = new ModelCatalog(options);
        Models = new EmbeddingModels(catalog, new EmbeddingLoader(catalog, Options.Create(new OnnxWorkerOptions { MemoryBudget = budget }), Options.Create(new NativesOptions()), NullLoggerFactory.Instance), NullLogger<EmbeddingModels>.Instance);
        Runs = new EmbeddingRuns(Models, this, new WorkerIdentity("worker-1"), TimeProvider.System, NullLogger<EmbeddingRuns>.Instance);
    }

    public EmbeddingModels Models { get; }
    public EmbeddingRuns Runs { get; }
    public bool IsConnected => true;

    /// <summary>Addresses nobody is at.</summary>
    public ConcurrentDictionary<string, bool> Gone { get; } = new();

    /// <param name="budget">Memory that models on llama.cpp may take; empty: as in production.</param>
    public static async Task<WorkerRig> Start(CatalogOptions? options = null, bool ready = true, string budget = "")
    {
        var rig = new WorkerRig(options ?? new CatalogOptions(), budget);
        await rig.Models.StartAsync(default);
        if (ready) await Eventually.Holds(() => rig.Models.Missing().Count == 0);
        return rig;
    }

    public static RunEmbedding Run(params string[] texts) => new()
    {
        GenerationId = PublicId.New("embd-"), Run = 1, ReplyTo = Gateway, Deadline = DateTimeOffset.MaxValue, Model = Model, Texts = texts, MaxTokens = 300_000,
        Names = [.. texts.Select((_, i) => $"input[{i}]")],
    };

    public async Task<EmbeddingAnswer> Answer(RunEmbedding run)
    {
        Runs.Accept(run);
        return await Next();
    }

    public async Task<EmbeddingAnswer> Next() => await _answers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public Task Send<T>(string worker, T command, CancellationToken cancellation)
        where T : class
    {
        if (Gone.ContainsKey(worker)) throw new WorkerUnreachableException(worker);
        _answers.Writer.TryWrite(Assert.IsType<EmbeddingAnswer>(command));
        return Task.CompletedTask;
    }

    public Task<WorkerQueue> Open(string worker, Action<IReceiveEndpointConfigurator> consumers) => throw new NotSupportedException();

    public async ValueTask DisposeAsync() => await Models.StopAsync(default);
}
