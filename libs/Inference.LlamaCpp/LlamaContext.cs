using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>One KV cache shared by all sequences. What native code would abort on is refused here first.</summary>
internal sealed unsafe class LlamaContext : IEngineContext
{
    private const int MostTokens = 1 << 22;
    private const int MostSequences = 256;
    private const uint MostInOneGraph = 512;

    private readonly ContextHandle handle;
    private readonly nint memory;
    private readonly LlamaBatch batch;
    private readonly bool canTrim;
    private readonly int vocabulary;
    private readonly int[] decodedRows;
    private int decodedCount;
    private bool broken;

    private LlamaContext(ContextHandle handle, ContextInfo info, ModelInfo model)
    {
        this.handle = handle;
        Info = info;
        memory = LlamaApi.llama_get_memory(handle);
        batch = new LlamaBatch(handle, info, model.Vocabulary);
        canTrim = model.CanTrim;
        vocabulary = model.Vocabulary;
        decodedRows = new int[info.Outputs];
    }

    public ContextInfo Info { get; }
    public IEngineBatch Batch => batch;

    public static LlamaContext Create(ModelHandle model, in ContextSpec spec, ModelInfo info)
    {
        Require(spec.ContextLength is > 0 and <= MostTokens, nameof(spec.ContextLength), spec.ContextLength, $"1 to {MostTokens}");
        Require(spec.Sequences is > 0 and <= MostSequences, nameof(spec.Sequences), spec.Sequences, $"1 to {MostSequences}");
        Require(spec.BatchSize > 0, nameof(spec.BatchSize), spec.BatchSize, "at least 1");
        Require(spec.Outputs > 0, nameof(spec.Outputs), spec.Outputs, "at least 1");
        Require(spec.Threads is > 0 and <= 512, nameof(spec.Threads), spec.Threads, "1 to 512");

        var parameters = LlamaApi.llama_context_default_params();
        parameters.Context = (uint)spec.ContextLength;
        parameters.Batch = (uint)Math.Min(spec.BatchSize, spec.ContextLength);
        parameters.MicroBatch = Math.Min(parameters.Batch, MostInOneGraph);
        parameters.Sequences = (uint)spec.Sequences;
        // fewer output rows than sequences is an assertion in llama.cpp, whatever the batches hold
        parameters.Outputs = (uint)Math.Max(spec.Outputs, spec.Sequences);
        parameters.Threads = spec.Threads;
        parameters.ThreadsBatch = spec.Threads;
        parameters.Unified = 1;

        var handle = NativeLog.Watch(() => ContextHandle.Create(model, parameters, (int)parameters.Batch), out var problem)
            ?? throw new EngineException($"llama.cpp can't make a context of {spec.ContextLength} tokens for {spec.Sequences} sequences: {problem}");
        if (LlamaApi.llama_get_memory(handle) == 0 || LlamaApi.llama_n_batch(handle) != parameters.Batch)
        {
            handle.Dispose();
            throw new EngineException("llama.cpp made a context without a cache, or with another batch size: the model can't generate text.");
        }

        return new LlamaContext(handle, new ContextInfo((int)LlamaApi.llama_n_ctx(handle), spec.Sequences, (int)parameters.Batch, (int)parameters.Outputs), info);
    }

    public DecodeStatus Decode()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        decodedCount = 0;
        if (broken)
        {
            return DecodeStatus.Fatal;
        }

        if (batch.Count == 0 || !Continues())
        {
            return DecodeStatus.Invalid;
        }

        switch (LlamaApi.llama_decode(handle, handle.Batch.Take(batch.Count)))
        {
            case 0:
                batch.Rows.CopyTo(decodedRows);
                decodedCount = batch.Rows.Length;
                return DecodeStatus.Ok;
            case 1: return DecodeStatus.NoRoom;
            case 2: return DecodeStatus.Aborted;
            case -1: return DecodeStatus.Invalid;
            default:
                broken = true;
                return DecodeStatus.Fatal;
        }
    }

    public Span<float> Logits(int row)
    {
        if ((uint)row >= (uint)decodedCount)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The last decode has {decodedCount} output rows.");
        }

        var logits = LlamaApi.llama_get_logits_ith(handle, decodedRows[row]);
        return logits is not null ? new Span<float>(logits, vocabulary) : throw new EngineException($"llama.cpp has no logits for row {row}.");
    }

    public bool Trim(int sequence, int fromPosition)
    {
        Check(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        return LlamaApi.llama_memory_seq_rm(memory, sequence, fromPosition, -1) != 0;
    }

    public void CopyPrefix(int source, int target, int length)
    {
        var available = Length(source);
        Check(target);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, available);
        ArgumentOutOfRangeException.ThrowIfEqual(target, source);
        if (!canTrim && length != available && length != 0)
        {
            throw new InvalidOperationException($"This model can share all {available} cells of a sequence or none, not {length}.");
        }

        LlamaApi.llama_memory_seq_rm(memory, target, 0, -1);
        if (length > 0)
        {
            LlamaApi.llama_memory_seq_cp(memory, source, target, 0, length);
        }
    }

    public int Length(int sequence)
    {
        Check(sequence);
        return LlamaApi.llama_memory_seq_pos_max(memory, sequence) + 1;
    }

    public void Abort(bool on) => handle.Abort(on);

    public void Dispose() => handle.Dispose();

    /// <summary>Whether every token goes on where its sequence ends. llama.cpp overlooks a position that comes twice and a start after a gap.</summary>
    private bool Continues()
    {
        Span<int> next = stackalloc int[Info.Sequences];
        next.Fill(-1);
        var tokens = handle.Batch;
        for (var i = 0; i < batch.Count; i++)
        {
            var sequence = tokens.Sequences[i];
            if (next[sequence] < 0)
            {
                next[sequence] = Length(sequence);
            }

            if (tokens.Positions[i] != next[sequence]++)
            {
                return false;
            }
        }

        return true;
    }

    private void Check(int sequence)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if ((uint)sequence >= (uint)Info.Sequences)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, $"There are the sequences 0 to {Info.Sequences - 1}.");
        }
    }

    private static void Require(bool holds, string name, int value, string expected)
    {
        if (!holds)
        {
            throw new EngineException($"{name} is {value}; it must be {expected}.");
        }
    }
}
