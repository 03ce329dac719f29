using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Catalog.Memory;
using Platform.Inference.LlamaCpp;
using Platform.Inference.Onnx;
using Platform.Inference.Onnx.Embeddings;
using Platform.Inference.Onnx.Tokenization;

namespace Platform.OnnxWorker.Models;

/// <summary>Opens an embedding model of the catalogue.</summary>
internal sealed class EmbeddingLoader(ModelCatalog catalog, IOptions<OnnxWorkerOptions> options, IOptions<NativesOptions> natives, ILoggerFactory loggers)
{
    /// <param name="taken">Bytes that models on llama.cpp take already.</param>
    /// <exception cref="CatalogException">A file is not the one the catalogue names.</exception>
    /// <exception cref="InvalidDataException">A file is not what an embedding model needs, or there is no room for it.</exception>
    /// <exception cref="Platform.Inference.Engine.EngineException">llama.cpp can't load it.</exception>
    public async Task<HostedEmbedding> Load(CatalogModel entry, long taken, CancellationToken cancellation)
    {
        await catalog.VerifyAsync(entry, cancellation);
        var settings = entry.Embedding!; // the catalogue has none without
        var memory = entry.Engine == "llama.cpp" ? Room(entry, taken) : 0;
        IEmbeddingModel model = entry.Engine == "onnx" ? OpenGraph(entry, settings) : OpenGguf(entry, settings);
        if (model.Dimensions == settings.Dimensions) return new HostedEmbedding(entry, model, memory);
        model.Dispose();
        throw new InvalidDataException($"Its vectors have {model.Dimensions} dimensions, not {settings.Dimensions} as the catalogue says.");
    }

    private long Room(CatalogModel entry, long taken)
    {
        var (need, room) = (MemoryNeed.OfVectors(entry), Math.Max(0, options.Value.ForVectors - taken));
        return need.Total <= room
            ? need.Total
            : throw new InvalidDataException($"It needs {ByteSize.Of(need.Total)} (weights {ByteSize.Of(need.Weights)}, {entry.ContextLength} tokens at once {ByteSize.Of(need.Cache + need.Buffers)}) and {ByteSize.Of(room)} are there for models of vectors: give it a shorter context_length, or the worker more by {OnnxWorkerOptions.Section}:MemoryBudget.");
    }

    private EmbeddingModel OpenGraph(CatalogModel entry, EmbeddingSettings settings)
    {
        var tokenizer = WordPiece.Load(PathOf(entry, "vocab.txt"), PathOf(entry, "tokenizer_config.json"));
        var onnx = new OnnxOptions(entry.Threads ?? Math.Max(1, Environment.ProcessorCount - 1), options.Value.Cuda);
        return new EmbeddingModel(catalog.PathOf(entry, entry.Files[0]), tokenizer, PoolingOf(settings), onnx);
    }

    private LlamaEmbeddingModel OpenGguf(CatalogModel entry, EmbeddingSettings settings)
    {
        LlamaLibrary.Initialize(natives.Value.Folder, loggers.CreateLogger("llama.cpp"));
        var model = LlamaModel.Load(catalog.PathOf(entry, entry.Files[0]), new LoadOptions(entry.GpuLayers ?? -1, entry.TensorSplit));
        try
        {
            TokenPooling? pooling = settings.Pooling switch { VectorPooling.Mean => TokenPooling.Mean, VectorPooling.First => TokenPooling.First, VectorPooling.Last => TokenPooling.Last, VectorPooling.Rank => TokenPooling.Rank, _ => null };
            return new LlamaEmbeddingModel(model, model.CreateEmbedder(entry.ContextLength, settings.BatchSize, entry.Threads ?? LlamaLibrary.DefaultThreads, pooling), pooling == TokenPooling.Rank);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private string PathOf(CatalogModel entry, string file) => catalog.PathOf(entry, entry.FileNamed(file)!); // the catalogue has checked that it is there

    private static Pooling PoolingOf(EmbeddingSettings settings) => settings.Pooling switch
    {
        VectorPooling.First => Pooling.First,
        VectorPooling.Last => Pooling.Last,
        _ => Pooling.Mean,
    };
}
