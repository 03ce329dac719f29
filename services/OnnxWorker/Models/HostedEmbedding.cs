using Platform.Catalog;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.OnnxWorker.Models;

/// <summary>A loaded embedding model with the batcher that runs it.</summary>
internal sealed class HostedEmbedding(CatalogModel entry, EmbeddingModel model) : IAsyncDisposable
{
    /// <summary>Tokens that mark the beginning and the end of an input.</summary>
    public const int Marks = 2;

    public CatalogModel Entry => entry;
    public EmbeddingModel Model => model;
    public EmbeddingBatcher Batcher { get; } = new(model, new EmbeddingBatcherOptions(entry.Embedding!.BatchSize));
    public EmbeddingCounters Counters { get; } = EmbeddingCounters.For(entry.Id);

    public async ValueTask DisposeAsync()
    {
        await Batcher.DisposeAsync();
        model.Dispose();
    }
}
