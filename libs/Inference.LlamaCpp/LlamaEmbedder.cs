using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>How the vectors of a sequence's tokens become one, in llama.cpp's numbers.</summary>
public enum TokenPooling
{
    Mean = 1,
    First = 2,
    Last = 3,

    /// <summary>What a classifier makes of them.</summary>
    Rank = 4,
}

/// <summary>Makes vectors of token sequences, many in one decode. Used by one thread at a time.</summary>
public sealed unsafe class LlamaEmbedder : IDisposable
{
    private readonly ContextHandle handle;
    private readonly int vocabulary;
    private readonly int sequences;

    private LlamaEmbedder(ContextHandle handle, int dimensions, int vocabulary, int sequences) => (this.handle, Dimensions, this.vocabulary, this.sequences) = (handle, dimensions, vocabulary, sequences);

    /// <summary>Length of a vector; where sequences are ranked, outputs of the classifier.</summary>
    public int Dimensions { get; }

    /// <summary>Tokens of one run, at most.</summary>
    public int MostTokens => handle.Batch.Capacity;

    internal static LlamaEmbedder Create(ModelHandle model, int vocabulary, int tokens, int sequences, int threads, TokenPooling? pooling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequences, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 512);
        var parameters = LlamaApi.llama_context_default_params();
        // a sequence is pooled within one graph, and a model without a cache asserts that all tokens are in it
        parameters.Context = parameters.Batch = parameters.MicroBatch = parameters.Outputs = (uint)Math.Max(tokens, sequences);
        parameters.Sequences = (uint)sequences;
        parameters.Threads = parameters.ThreadsBatch = threads;
        parameters.Unified = 1;
        parameters.Embeddings = 1;
        parameters.Pooling = (int?)pooling ?? -1;
        var handle = NativeLog.Watch(() => ContextHandle.Create(model, parameters, 0), out var problem)
            ?? throw new EngineException($"llama.cpp can't make a context of {tokens} tokens for the vectors of {sequences} sequences: {problem}");
        if (LlamaApi.llama_pooling_type(handle) is >= (int)TokenPooling.Mean and <= (int)TokenPooling.Rank and var kind && (kind == (int)TokenPooling.Rank) == (pooling == TokenPooling.Rank) && LlamaApi.llama_n_batch(handle) == parameters.Batch)
        {
            return new LlamaEmbedder(handle, kind == (int)TokenPooling.Rank ? (int)LlamaApi.llama_model_n_cls_out(model) : LlamaApi.llama_model_n_embd(model), vocabulary, sequences);
        }

        handle.Dispose();
        throw new EngineException("The model's file does not say that its tokens' vectors are pooled into one: say how in the catalogue.");
    }

    /// <summary>One vector a sequence, one after another, of whatever length the model gives them.</summary>
    /// <exception cref="EngineException">The model failed.</exception>
    public float[] Embed(IReadOnlyList<int[]> tokens, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        var count = Fill(tokens);
        var vectors = new float[tokens.Count * Dimensions];
        int outcome;
        using (cancellation.Register(() => handle.Abort(true)))
        {
            outcome = LlamaApi.llama_decode(handle, handle.Batch.Take(count));
        }

        handle.Abort(false);
        for (var i = 0; outcome == 0 && i < tokens.Count; i++)
        {
            var vector = LlamaApi.llama_get_embeddings_seq(handle, i);
            if (vector is null) throw new EngineException($"llama.cpp has no vector for sequence {i}.");
            new ReadOnlySpan<float>(vector, Dimensions).CopyTo(vectors.AsSpan(i * Dimensions));
        }

        Forget(tokens.Count);
        cancellation.ThrowIfCancellationRequested();
        return outcome == 0 ? vectors : throw new EngineException($"llama.cpp can't decode {count} tokens of {tokens.Count} sequences (code {outcome}).");
    }

    public void Dispose() => handle.Dispose();

    private int Fill(IReadOnlyList<int[]> tokens)
    {
        var (memory, count) = (handle.Batch, 0);
        if (tokens.Count > sequences || tokens.Sum(one => (long)one.Length) > memory.Capacity || tokens.Any(one => one.Length == 0))
        {
            throw new ArgumentException($"A run takes at most {sequences} sequences of one token or more, {memory.Capacity} tokens together.", nameof(tokens));
        }

        for (var sequence = 0; sequence < tokens.Count; sequence++)
        {
            for (var position = 0; position < tokens[sequence].Length; position++, count++)
            {
                var token = tokens[sequence][position];
                if ((uint)token >= (uint)vocabulary) throw new ArgumentOutOfRangeException(nameof(tokens), token, $"There are the tokens 0 to {vocabulary - 1}.");
                (memory.Tokens[count], memory.Positions[count], memory.Sequences[count], memory.Outputs[count]) = (token, position, sequence, 1);
            }
        }

        return count;
    }

    private void Forget(int count)
    {
        if (LlamaApi.llama_get_memory(handle) is not (not 0 and var memory)) return;
        for (var sequence = 0; sequence < count; sequence++) LlamaApi.llama_memory_seq_rm(memory, sequence, -1, -1);
    }
}
