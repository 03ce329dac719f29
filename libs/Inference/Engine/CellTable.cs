namespace Platform.Inference.Engine;

/// <summary>Which cache cells each sequence holds. A copied prefix shares its cells until every holder has dropped them, as in a unified KV cache.</summary>
internal sealed class CellTable
{
    private readonly int[] holders;
    private readonly int[] free;
    private readonly int[][] held;
    private readonly int[] lengths;
    private int freeCount;

    public CellTable(int cells, int sequences)
    {
        holders = new int[cells];
        free = new int[cells];
        for (var i = 0; i < cells; i++)
        {
            free[i] = cells - 1 - i;
        }

        freeCount = cells;
        held = new int[sequences][];
        Array.Fill(held, []);
        lengths = new int[sequences];
    }

    public int Free => freeCount;
    public int Used => holders.Length - freeCount;

    public int Length(int sequence) => lengths[sequence];

    /// <summary>Gives a sequence <paramref name="count"/> more cells; the caller has checked <see cref="Free"/>.</summary>
    public void Extend(int sequence, int count)
    {
        var length = lengths[sequence];
        var cells = Reserve(sequence, length + count);
        for (var i = 0; i < count; i++)
        {
            var cell = free[--freeCount];
            holders[cell] = 1;
            cells[length + i] = cell;
        }

        lengths[sequence] = length + count;
    }

    public void Trim(int sequence, int from)
    {
        var cells = held[sequence];
        var length = lengths[sequence];
        while (length > from)
        {
            var cell = cells[--length];
            if (--holders[cell] == 0)
            {
                free[freeCount++] = cell;
            }
        }

        lengths[sequence] = length;
    }

    public void CopyPrefix(int source, int target, int length)
    {
        Trim(target, 0);
        var cells = Reserve(target, length);
        held[source].AsSpan(0, length).CopyTo(cells);
        foreach (var cell in cells.AsSpan(0, length))
        {
            holders[cell]++;
        }

        lengths[target] = length;
    }

    private int[] Reserve(int sequence, int length)
    {
        if (held[sequence].Length < length)
        {
            Array.Resize(ref held[sequence], Math.Min(holders.Length, Math.Max(length, Math.Max(64, held[sequence].Length * 2))));
        }

        return held[sequence];
    }
}
