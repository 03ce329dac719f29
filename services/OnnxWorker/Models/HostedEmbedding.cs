using Platform.Catalog;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.OnnxWorker.Models;

/// <summary>A loaded embedding model with the batcher that runs it.</summary>
internal sealed class HostedEmbedding(CatalogModel entry, IEmbeddingModel model) : IAsyncDisposable
{
    /// <summary>Tokens that mark the beginning and the end of an input.</summary>
    public const int Marks = 2;

    public CatalogModel Entry => entry;
    public IEmbeddingModel Model => model;
    public EmbeddingBatcher Batcher { get; } = new(model, entry.Engine == "onnx" ? new EmbeddingBatcherOptions(entry.Embedding!.BatchSize) : new EmbeddingBatcherOptions(entry.Embedding!.BatchSize, entry.ContextLength)); // the catalogue has none without
    public EmbeddingCounters Counters { get; } = EmbeddingCounters.For(entry.Id);

    public async ValueTask DisposeAsync()
    {
        await Batcher.DisposeAsync();
        model.Dispose();
    }
}
