using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>
/// The native ids behind the sequences. What a sequence drops is not freed at once: the sequence goes on under another id, the old one retires with its cells.
/// A hole in the cache would be filled by whoever decodes next, and a sequence whose cells do not lie in the order of its positions is added up in another order,
/// which rounds otherwise. But every cell up to the last one costs every token a look, so when many have retired, or room is needed, all of them are freed and
/// what is held moves down into the holes.
/// </summary>
/// <param name="spare">Ids beyond those of the sequences; 0: what is dropped is freed at once.</param>
internal sealed unsafe class SequenceIds(ContextHandle context, nint memory, int sequences, int spare)
{
    /// <summary>Ids beyond those of the sequences.</summary>
    public const int Spare = 24;

    /// <summary>So many retired cells are of no weight.</summary>
    private const int FewCells = 256;

    /// <summary>Cells moved for one that had retired, at most.</summary>
    private const int MovesPerCell = 4;

    private readonly int[] ids = [.. Enumerable.Range(0, sequences)];
    private readonly Stack<int> free = new(Enumerable.Range(sequences, spare).Reverse());
    private readonly List<int> retired = [];

    /// <summary>How many of their first cells two sequences have in common.</summary>
    private readonly int[,] shared = new int[sequences, sequences];
    private int retiredCells;

    public ReadOnlySpan<int> Native => ids;

    public int Length(int sequence) => LlamaApi.llama_memory_seq_pos_max(memory, ids[sequence]) + 1;

    /// <summary>Drops what a sequence holds from a position on. False: the model can only drop all of it.</summary>
    public bool Trim(int sequence, int from)
    {
        var length = Length(sequence);
        if (length <= from)
        {
            return true;
        }

        // what another sequence holds too stays where it is and leaves no hole
        var dropped = length - Math.Max(from, Common(sequence, ids.Length));
        if (spare == 0 || dropped <= 0)
        {
            return Free(sequence, from);
        }

        if (dropped == Held())
        {
            // no other sequence holds anything, so none can come out of order
            Purge();
            return Free(sequence, from);
        }

        if (free.Count == 0)
        {
            Compact();
        }

        var old = ids[sequence];
        ids[sequence] = free.Pop();
        if (from > 0)
        {
            LlamaApi.llama_memory_seq_cp(memory, old, ids[sequence], 0, from);
        }

        Unshare(sequence, from);
        retired.Add(old);
        retiredCells += dropped;
        if (retiredCells > Math.Max(FewCells, Held() / MovesPerCell))
        {
            Compact();
        }

        return true;
    }

    /// <summary>Drops what a sequence holds from a position on and leaves a hole. False: the model can only drop all of it.</summary>
    public bool Free(int sequence, int from)
    {
        if (LlamaApi.llama_memory_seq_rm(memory, ids[sequence], from, -1) == 0)
        {
            return false;
        }

        Unshare(sequence, from);
        return true;
    }

    /// <summary>Lets a sequence that holds nothing hold the first cells of another.</summary>
    public void Share(int source, int target, int length)
    {
        LlamaApi.llama_memory_seq_cp(memory, ids[source], ids[target], 0, length);
        for (var other = 0; other < ids.Length; other++)
        {
            shared[target, other] = shared[other, target] = other == source ? length : Math.Min(length, shared[source, other]);
        }
    }

    /// <summary>
    /// Frees what has retired, then moves one sequence after the other: each takes the lowest cells that are free, in the order of its positions, and when all have moved there is no hole.
    /// A prefix moves once, for all that share it. False: nothing had retired.
    /// </summary>
    /// <exception cref="EngineException">llama.cpp refused what it gave out itself; the cache is lost.</exception>
    public bool Compact()
    {
        if (!Purge())
        {
            return false;
        }

        var between = free.Peek();
        byte* moved = null;
        nuint capacity = 0;
        try
        {
            for (var sequence = 0; sequence < ids.Length; sequence++)
            {
                var from = Common(sequence, sequence);
                if (Length(sequence) == from)
                {
                    continue;
                }

                LlamaApi.llama_memory_seq_cp(memory, ids[sequence], between, from, -1);
                var bytes = LlamaApi.llama_state_seq_get_size(context, between);
                if (bytes > capacity)
                {
                    Pages.Unmap(moved, capacity);
                    moved = null; // should there be no memory
                    moved = Pages.Map(capacity = bytes);
                }

                var saved = LlamaApi.llama_state_seq_get_data(context, moved, bytes, between);
                LlamaApi.llama_memory_seq_rm(memory, between, 0, -1);
                LlamaApi.llama_memory_seq_rm(memory, ids[sequence], from, -1);
                foreach (var after in Sharing(sequence, from))
                {
                    LlamaApi.llama_memory_seq_rm(memory, ids[after], from, shared[sequence, after]);
                }

                if (saved != bytes || LlamaApi.llama_state_seq_set_data(context, moved, bytes, between) != bytes)
                {
                    throw new EngineException($"llama.cpp could not move {bytes} bytes of its cache.");
                }

                LlamaApi.llama_memory_seq_cp(memory, between, ids[sequence], from, -1);
                foreach (var after in Sharing(sequence, from))
                {
                    LlamaApi.llama_memory_seq_cp(memory, between, ids[after], from, shared[sequence, after]);
                }

                LlamaApi.llama_memory_seq_rm(memory, between, 0, -1);
            }
        }
        finally
        {
            Pages.Unmap(moved, capacity);
        }

        return true;
    }

    /// <summary>Frees what has retired and leaves holes. False: there is nothing.</summary>
    private bool Purge()
    {
        foreach (var id in retired)
        {
            LlamaApi.llama_memory_seq_rm(memory, id, 0, -1);
            free.Push(id);
        }

        var any = retired.Count > 0;
        retired.Clear();
        retiredCells = 0;
        return any;
    }

    /// <summary>Cells of all sequences, each counted once.</summary>
    private int Held() => Enumerable.Range(0, ids.Length).Sum(sequence => Length(sequence) - Common(sequence, sequence));

    /// <summary>How many of its first cells one of the first <paramref name="others"/> sequences, itself left out, holds too.</summary>
    private int Common(int sequence, int others)
    {
        var common = 0;
        for (var other = 0; other < others; other++)
        {
            if (other != sequence)
            {
                common = Math.Max(common, shared[sequence, other]);
            }
        }

        return common;
    }

    /// <summary>Later sequences that have more than so many first cells in common with one.</summary>
    private IEnumerable<int> Sharing(int sequence, int from) => Enumerable.Range(sequence + 1, ids.Length - sequence - 1).Where(after => shared[sequence, after] > from);

    private void Unshare(int sequence, int from)
    {
        for (var other = 0; other < ids.Length; other++)
        {
            shared[sequence, other] = shared[other, sequence] = Math.Min(from, shared[sequence, other]);
        }
    }
}
