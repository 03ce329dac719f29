using Platform.Inference.Engine;

namespace Platform.Inference.Bigram;

internal sealed class BigramContext : IEngineContext
{
    private readonly BigramModel model;
    private readonly BigramOptions options;
    private readonly BigramBatch batch;
    private readonly CellTable cells;
    private readonly float[] rows;
    private readonly int[] expected;
    private readonly ManualResetEventSlim aborted = new();

    public BigramContext(BigramModel model, in ContextSpec spec, BigramOptions options)
    {
        this.model = model;
        this.options = options;
        Info = new ContextInfo(spec.ContextLength, spec.Sequences, spec.BatchSize, spec.Outputs, IdleCellsCost: true);
        batch = new BigramBatch(spec, model.Info.Vocabulary);
        cells = new CellTable(spec.ContextLength, spec.Sequences);
        rows = new float[spec.Outputs * model.Info.Vocabulary];
        expected = new int[spec.Sequences];
    }

    public ContextInfo Info { get; }
    public IEngineBatch Batch => batch;
    public int CellsUsed => cells.Used;

    public DecodeStatus Decode()
    {
        if (!IsContiguous())
        {
            return DecodeStatus.Invalid;
        }

        if (batch.Count > cells.Free)
        {
            return DecodeStatus.NoRoom;
        }

        var delay = options.StepDelay + options.TokenDelay * batch.Count;
        if (aborted.IsSet || (delay > TimeSpan.Zero && aborted.Wait(delay)))
        {
            return DecodeStatus.Aborted;
        }

        var vocabulary = model.Info.Vocabulary;
        foreach (var entry in batch.Entries)
        {
            cells.Extend(entry.Sequence, 1);
            if (entry.Row >= 0)
            {
                model.After(entry.Token).CopyTo(rows.AsSpan(entry.Row * vocabulary));
            }
        }

        return DecodeStatus.Ok;
    }

    public Span<float> Logits(int row) => rows.AsSpan(row * model.Info.Vocabulary, model.Info.Vocabulary);

    public bool Trim(int sequence, int fromPosition)
    {
        if (fromPosition > 0 && fromPosition < cells.Length(sequence) && !options.CanTrim)
        {
            return false;
        }

        cells.Trim(sequence, fromPosition);
        return true;
    }

    public void CopyPrefix(int source, int target, int length)
    {
        if (source == target || length > cells.Length(source) || (length < cells.Length(source) && !options.CanTrim))
        {
            throw new InvalidOperationException($"can't copy {length} of the {cells.Length(source)} cells of sequence {source} to sequence {target}");
        }

        cells.CopyPrefix(source, target, length);
    }

    public int Length(int sequence) => cells.Length(sequence);

    public SavedSequence? Save(int sequence) => new Saved(cells.Length(sequence));

    public bool Load(int sequence, SavedSequence saved)
    {
        if (cells.Length(sequence) > 0 || saved.Length > cells.Free)
        {
            return false;
        }

        cells.Extend(sequence, saved.Length);
        return true;
    }

    public void Abort(bool on)
    {
        if (on)
        {
            aborted.Set();
        }
        else
        {
            aborted.Reset();
        }
    }

    public void Dispose() => aborted.Dispose();

    /// <summary>A bigram needs nothing but the number.</summary>
    private sealed class Saved(int length) : SavedSequence
    {
        public override int Length => length;

        public override void Dispose()
        {
        }
    }

    private bool IsContiguous()
    {
        for (var sequence = 0; sequence < expected.Length; sequence++)
        {
            expected[sequence] = cells.Length(sequence);
        }

        foreach (var entry in batch.Entries)
        {
            if (entry.Position != expected[entry.Sequence]++)
            {
                return false;
            }
        }

        return batch.Count > 0;
    }
}
