namespace Platform.Inference.Samplers;

/// <summary>
/// The tokens still in the draw, by ascending id. Cuts go by logit (of equal ones the lower id is likelier) and cost linear time: nothing is sorted.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private readonly int[] ids = new int[vocabulary];
    private readonly float[] logits = new float[vocabulary];
    private readonly float[] weights = new float[vocabulary];
    private readonly int[] order = new int[vocabulary];
    private double total;

    public int Count { get; private set; }
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);

    /// <summary>Takes the tokens whose logit is at least <paramref name="least"/>.</summary>
    public int Gather(ReadOnlySpan<float> row, float least)
    {
        Count = Row.AtLeast(row, least, ids);
        return Count;
    }

    public void Weigh(ReadOnlySpan<float> row, float max, float scale)
    {
        for (var i = 0; i < Count; i++)
        {
            logits[i] = row[ids[i]];
        }

        total = Row.Exponentials(logits.AsSpan(0, Count), max, scale, weights);
    }

    public void KeepCount(int count)
    {
        if (count < Count)
        {
            KeepDownTo(Boundary(count, byWeight: false));
        }
    }

    /// <summary>Keeps the smallest set of likeliest tokens that has at least this share of the mass left.</summary>
    /// <param name="whole">The mass the share is of.</param>
    public void KeepMass(double share, double whole) => KeepDownTo(Boundary(share * whole, byWeight: true));

    public void KeepMass(double share) => KeepMass(share, total);

    public int Draw(double uniform) => ids[Row.Find(weights.AsSpan(0, Count), uniform * total)];

    /// <summary>The last of the likeliest candidates that together reach <paramref name="target"/>: quickselect, taking the side where the target is reached.</summary>
    private int Boundary(double target, bool byWeight)
    {
        for (var i = 0; i < Count; i++)
        {
            order[i] = i;
        }

        var (low, high, before) = (0, Count - 1, 0.0);
        while (low < high)
        {
            var pivot = Partition(low, high);
            var mass = 0.0;
            for (var i = low; i <= pivot; i++)
            {
                mass += byWeight ? weights[order[i]] : 1;
            }

            var at = byWeight ? weights[order[pivot]] : 1;
            if (before + mass < target)
            {
                before += mass;
                low = pivot + 1;
            }
            else if (before + mass - at >= target && pivot > low)
            {
                high = pivot - 1;
            }
            else
            {
                return order[pivot];
            }
        }

        return order[Math.Min(low, Count - 1)];
    }

    /// <summary>Puts what is likelier than a pivot before it; returns where the pivot is then.</summary>
    private int Partition(int low, int high)
    {
        var middle = (low + high) >>> 1;
        (order[middle], order[high]) = (order[high], order[middle]);
        var pivot = order[high];
        var next = low;
        for (var i = low; i < high; i++)
        {
            if (Likelier(order[i], pivot))
            {
                (order[i], order[next]) = (order[next], order[i]);
                next++;
            }
        }

        (order[next], order[high]) = (order[high], order[next]);
        return next;
    }

    private bool Likelier(int a, int b) => logits[a] > logits[b] || (logits[a] == logits[b] && a < b);

    private void KeepDownTo(int last)
    {
        var boundary = logits[last];
        var kept = 0;
        total = 0;
        for (var i = 0; i < Count; i++)
        {
            if (logits[i] > boundary || (logits[i] == boundary && i <= last))
            {
                (ids[kept], logits[kept], weights[kept]) = (ids[i], logits[i], weights[i]);
                total += weights[kept++];
            }
        }

        Count = kept;
    }
}
