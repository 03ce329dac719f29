using Platform.Catalog;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.OnnxWorker.Models;

/// <summary>A loaded embedding model with the batcher that runs it.</summary>
/// <param name="memory">Bytes it takes of what models on llama.cpp share.</param>
internal sealed class HostedEmbedding(CatalogModel entry, IEmbeddingModel model, long memory) : IAsyncDisposable
{
    /// <summary>Tokens that mark the beginning and the end of an input, or stand around a query and a document.</summary>
    public int Marks { get; } = entry.Embedding!.Pooling == VectorPooling.Rank ? model.Pair("", "").Length : 2; // the catalogue has none without

    public CatalogModel Entry => entry;
    public IEmbeddingModel Model => model;
    public long Memory => memory;
    public EmbeddingBatcher Batcher { get; } = new(model, entry.Engine == "onnx" ? new EmbeddingBatcherOptions(entry.Embedding!.BatchSize) : new EmbeddingBatcherOptions(entry.Embedding!.BatchSize, entry.ContextLength)); // the catalogue has none without
    public EmbeddingCounters Counters { get; } = EmbeddingCounters.For(entry.Id);

    public async ValueTask DisposeAsync()
    {
        await Batcher.DisposeAsync();
        model.Dispose();
    }
}
