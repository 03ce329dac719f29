using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>One KV cache shared by all sequences. What native code would abort on is refused here first.</summary>
internal sealed unsafe class LlamaContext : IEngineContext
{
    private readonly ContextHandle handle;
    private readonly SequenceIds ids;
    private readonly LlamaBatch batch;
    private readonly bool canTrim;
    private readonly int vocabulary;
    private readonly CallPlan plan;
    private readonly int[] begins;
    private readonly int[] rows;
    private int rowCount;
    private bool rowsKept;
    private bool broken;

    /// <param name="spare">Native ids beyond those of the sequences.</param>
    public LlamaContext(ContextHandle handle, ContextInfo info, ModelInfo model, int spare)
    {
        this.handle = handle;
        Info = info;
        ids = new SequenceIds(handle, LlamaApi.llama_get_memory(handle), info.Sequences, spare);
        batch = new LlamaBatch(handle, info, model.Vocabulary);
        canTrim = model.CanTrim;
        vocabulary = model.Vocabulary;
        plan = new CallPlan(info.BatchSize, info.Sequences);
        begins = new int[info.Sequences];
        rows = new int[info.Outputs];
    }

    public ContextInfo Info { get; }
    public IEngineBatch Batch => batch;

    public DecodeStatus Decode()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        rowCount = 0;
        if (broken)
        {
            return DecodeStatus.Fatal;
        }

        if (batch.Count == 0 || !Continues())
        {
            return DecodeStatus.Invalid;
        }

        var tokens = handle.Batch;
        plan.Build(new ReadOnlySpan<int>(tokens.Sequences, batch.Count), together: Info.LongRun == int.MaxValue);
        rowsKept = plan.Calls > 1;
        for (var call = 0; call < plan.Calls; call++)
        {
            var places = plan.Call(call);
            DecodeStatus status;
            do
            {
                handle.Call.Pick(tokens, places, ids.Native);
                status = Outcome(LlamaApi.llama_decode(handle, handle.Call.Take(places.Length)));
            }
            while (status == DecodeStatus.NoRoom && ids.Compact());

            if (status != DecodeStatus.Ok)
            {
                if (call > 0 && status is DecodeStatus.NoRoom or DecodeStatus.Invalid)
                {
                    TakeBack();
                }

                return status;
            }

            if (rowsKept)
            {
                KeepRows(places);
            }
        }

        batch.Rows.CopyTo(rows);
        rowCount = batch.Rows.Length;
        return DecodeStatus.Ok;
    }

    public Span<float> Logits(int row)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if ((uint)row >= (uint)rowCount)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The last decode has {rowCount} output rows.");
        }

        var logits = rowsKept ? handle.Logits + ((nint)row * vocabulary) : LlamaApi.llama_get_logits_ith(handle, rows[row]);
        return logits is not null ? new Span<float>(logits, vocabulary) : throw new EngineException($"llama.cpp has no logits for row {row}.");
    }

    public bool Trim(int sequence, int fromPosition)
    {
        Check(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        return canTrim ? ids.Trim(sequence, fromPosition) : ids.Free(sequence, fromPosition);
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

        Trim(target, 0);
        if (length > 0)
        {
            ids.Share(source, target, length);
        }
    }

    public int Length(int sequence)
    {
        Check(sequence);
        return ids.Length(sequence);
    }

    public SavedSequence? Save(int sequence)
    {
        var length = Length(sequence);
        var native = ids.Native[sequence];
        var saved = new SavedCells(length, LlamaApi.llama_state_seq_get_size(handle, native));
        if (length > 0 && LlamaApi.llama_state_seq_get_data(handle, saved.Data, saved.Bytes, native) == saved.Bytes)
        {
            return saved;
        }

        saved.Dispose();
        return null;
    }

    public bool Load(int sequence, SavedSequence saved)
    {
        if (Length(sequence) > 0 || saved is not SavedCells cells)
        {
            throw new InvalidOperationException($"Sequence {sequence} is not empty, or what is loaded is not this engine's.");
        }

        var native = ids.Native[sequence];
        do
        {
            if (LlamaApi.llama_state_seq_set_data(handle, cells.Data, cells.Bytes, native) == cells.Bytes)
            {
                return true;
            }

            ids.Free(sequence, 0);
        }
        while (ids.Compact());
        return false;
    }

    public void Abort(bool on) => handle.Abort(on);

    public void Dispose() => handle.Dispose();

    /// <summary>Reads a token and forgets it, so that no request pays for pages that are not in memory yet.</summary>
    public void WarmUp(int token)
    {
        batch.Clear();
        batch.Add(token, position: 0, sequence: 0, output: true);
        var status = Decode();
        ids.Free(0, 0);
        batch.Clear();
        rowCount = 0;
        if (status != DecodeStatus.Ok)
        {
            Dispose();
            throw new EngineException($"llama.cpp made a context that can't decode a token ({status}).");
        }
    }

    private DecodeStatus Outcome(int code)
    {
        broken = code is not (>= -1 and <= 2);
        return code switch { 0 => DecodeStatus.Ok, 1 => DecodeStatus.NoRoom, 2 => DecodeStatus.Aborted, -1 => DecodeStatus.Invalid, _ => DecodeStatus.Fatal };
    }

    /// <summary>The next call overwrites llama.cpp's own rows.</summary>
    private void KeepRows(ReadOnlySpan<int> places)
    {
        for (var i = 0; i < places.Length; i++)
        {
            if (handle.Call.Outputs[i] != 0)
            {
                var row = batch.Rows.BinarySearch(places[i]);
                new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(handle, i), vocabulary).CopyTo(new Span<float>(handle.Logits + ((nint)row * vocabulary), vocabulary));
            }
        }
    }

    /// <summary>Drops what earlier calls of a refused step have put into the cache.</summary>
    private void TakeBack()
    {
        for (var sequence = 0; sequence < begins.Length; sequence++)
        {
            if (begins[sequence] >= 0)
            {
                ids.Free(sequence, begins[sequence]);
            }
        }
    }

    /// <summary>Whether every token goes on where its sequence ends. llama.cpp overlooks a position that comes twice and a start after a gap.</summary>
    private bool Continues()
    {
        Array.Fill(begins, -1);
        Span<int> next = stackalloc int[begins.Length];
        var tokens = handle.Batch;
        for (var i = 0; i < batch.Count; i++)
        {
            var sequence = tokens.Sequences[i];
            if (begins[sequence] < 0)
            {
                begins[sequence] = next[sequence] = Length(sequence);
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
}
