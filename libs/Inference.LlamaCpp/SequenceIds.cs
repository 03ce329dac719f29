using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>
/// The native ids behind the sequences. What a sequence drops is not freed at once: the sequence goes on under another id, the old one retires with its cells.
/// A hole in the cache would be filled by whoever decodes next, and a sequence whose cells do not lie in the order of its positions is added up in another order,
/// which rounds otherwise. Retired ids are freed together: when nobody else holds anything, when there are many of them, or when room is needed.
/// </summary>
internal sealed class SequenceIds
{
    /// <summary>Ids beyond those of the sequences.</summary>
    public const int Spare = 24;

    private readonly nint memory;
    private readonly int[] ids;
    private readonly Stack<int> free;
    private readonly List<int> retired = [];
    private readonly int mostRetiredCells;
    private int retiredCells;

    public SequenceIds(nint memory, int sequences, int spare, int cells)
    {
        this.memory = memory;
        ids = [.. Enumerable.Range(0, sequences)];
        free = new Stack<int>(Enumerable.Range(sequences, spare).Reverse());
        mostRetiredCells = cells / 8;
    }

    public ReadOnlySpan<int> Native => ids;

    public int Length(int sequence) => LlamaApi.llama_memory_seq_pos_max(memory, ids[sequence]) + 1;

    /// <summary>Drops what a sequence holds from a position on. False: the model can only drop all of it.</summary>
    public bool Trim(int sequence, int from)
    {
        var dropped = Length(sequence) - from;
        if (dropped <= 0)
        {
            return true;
        }

        if (from == 0 && HoldsAll(sequence))
        {
            Purge();
            return Free(sequence, from);
        }

        if (free.Count == 0 || retiredCells + dropped > mostRetiredCells)
        {
            Purge();
        }

        if (free.Count == 0 || dropped > mostRetiredCells)
        {
            return Free(sequence, from);
        }

        var old = ids[sequence];
        ids[sequence] = free.Pop();
        if (from > 0)
        {
            LlamaApi.llama_memory_seq_cp(memory, old, ids[sequence], 0, from);
        }

        retired.Add(old);
        retiredCells += dropped;
        return true;
    }

    /// <summary>No other sequence holds anything, so none can come out of order.</summary>
    private bool HoldsAll(int sequence)
    {
        for (var other = 0; other < ids.Length; other++)
        {
            if (other != sequence && Length(other) > 0)
            {
                return false;
            }
        }

        return true;
    }

    public bool Free(int sequence, int from) => LlamaApi.llama_memory_seq_rm(memory, ids[sequence], from, -1) != 0;

    public void Share(int source, int target, int length) => LlamaApi.llama_memory_seq_cp(memory, ids[source], ids[target], 0, length);

    /// <summary>Frees what has retired. False: there is nothing.</summary>
    public bool Purge()
    {
        if (retired.Count == 0)
        {
            return false;
        }

        foreach (var id in retired)
        {
            LlamaApi.llama_memory_seq_rm(memory, id, 0, -1);
            free.Push(id);
        }

        retired.Clear();
        retiredCells = 0;
        return true;
    }
}
