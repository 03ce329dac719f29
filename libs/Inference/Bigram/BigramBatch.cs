using Platform.Inference.Engine;

namespace Platform.Inference.Bigram;

internal sealed class BigramBatch(in ContextSpec spec, int vocabulary) : IEngineBatch
{
    private readonly ContextSpec limits = spec;
    private readonly Entry[] entries = new Entry[spec.BatchSize];
    private int rows;

    public int Count { get; private set; }
    public int Capacity => entries.Length;
    public ReadOnlySpan<Entry> Entries => entries.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        rows = 0;
    }

    public int Add(int token, int position, int sequence, bool output)
    {
        if (Count == Capacity || (output && rows == limits.Outputs) || (uint)token >= (uint)vocabulary || (uint)sequence >= (uint)limits.Sequences)
        {
            throw new InvalidOperationException(
                $"token {token} of sequence {sequence} does not fit: {Count} of {Capacity} tokens, {rows} of {limits.Outputs} output rows, {vocabulary} token ids, {limits.Sequences} sequences");
        }

        var row = output ? rows++ : -1;
        entries[Count++] = new Entry(token, position, sequence, row);
        return row;
    }

    public readonly record struct Entry(int Token, int Position, int Sequence, int Row);
}
