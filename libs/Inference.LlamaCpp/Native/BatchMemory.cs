using System.Runtime.InteropServices;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>The arrays behind a <see cref="NativeBatch"/>, allocated once; each token belongs to one sequence.</summary>
internal sealed unsafe class BatchMemory
{
    private readonly int* sequenceCounts;
    private readonly int** sequences;

    public BatchMemory(int capacity)
    {
        Capacity = capacity;
        Tokens = Array<int>(capacity);
        Positions = Array<int>(capacity);
        Sequences = Array<int>(capacity);
        Outputs = Array<byte>(capacity);
        sequenceCounts = Array<int>(capacity);
        sequences = (int**)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(int*));
        for (var i = 0; i < capacity; i++)
        {
            sequenceCounts[i] = 1;
            sequences[i] = Sequences + i;
        }
    }

    public int Capacity { get; }
    public int* Tokens { get; }
    public int* Positions { get; }
    public int* Sequences { get; }
    public byte* Outputs { get; }

    public NativeBatch Take(int count) => new()
    {
        Count = count, Tokens = Tokens, Positions = Positions, SequenceCounts = sequenceCounts, Sequences = sequences, Outputs = Outputs,
    };

    /// <summary>Takes over the tokens of another batch at the given places, their sequences under other ids.</summary>
    public void Pick(BatchMemory from, ReadOnlySpan<int> places, ReadOnlySpan<int> ids)
    {
        for (var i = 0; i < places.Length; i++)
        {
            Tokens[i] = from.Tokens[places[i]];
            Positions[i] = from.Positions[places[i]];
            Sequences[i] = ids[from.Sequences[places[i]]];
            Outputs[i] = from.Outputs[places[i]];
        }
    }

    public void Free()
    {
        NativeMemory.Free(Tokens);
        NativeMemory.Free(Positions);
        NativeMemory.Free(Sequences);
        NativeMemory.Free(Outputs);
        NativeMemory.Free(sequenceCounts);
        NativeMemory.Free(sequences);
    }

    private static T* Array<T>(int length) where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)length, (nuint)sizeof(T));
}
