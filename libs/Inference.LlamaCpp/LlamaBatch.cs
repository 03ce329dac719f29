using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>Tokens of the next decode. Takes only what llama.cpp can decode without ending the process.</summary>
internal sealed unsafe class LlamaBatch(ContextHandle context, ContextInfo info, int vocabulary) : IEngineBatch
{
    private readonly BatchMemory memory = context.Batch;
    private readonly int[] rows = new int[info.Outputs];

    public int Count { get; private set; }
    public int Capacity => memory.Capacity;

    /// <summary>Index in the batch of each output row.</summary>
    public ReadOnlySpan<int> Rows => rows.AsSpan(0, RowCount);

    private int RowCount { get; set; }

    public void Clear() => (Count, RowCount) = (0, 0);

    public int Add(int token, int position, int sequence, bool output)
    {
        ObjectDisposedException.ThrowIf(context.IsClosed, this);
        Require(Count < Capacity, "the batch is full", Capacity);
        Require(!output || RowCount < rows.Length, "no output row is left of", rows.Length);
        Require((uint)token < (uint)vocabulary, "there is no token", token);
        Require((uint)sequence < (uint)info.Sequences, "there is no sequence", sequence);
        Require(position >= 0, "there is no position", position);

        memory.Tokens[Count] = token;
        memory.Positions[Count] = position;
        memory.Sequences[Count] = sequence;
        memory.Outputs[Count] = (byte)(output ? 1 : 0);
        if (output)
        {
            rows[RowCount] = Count;
        }

        Count++;
        return output ? RowCount++ : -1;
    }

    private static void Require(bool holds, string problem, int value)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The token can't be added: {problem} {value}.");
        }
    }
}
