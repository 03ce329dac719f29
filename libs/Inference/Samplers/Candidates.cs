namespace Platform.Inference.Samplers;

/// <summary>
/// The tokens still in the draw, by ascending id. Cuts go by logit (of equal ones the lower id is likelier) and cost linear time: nothing is sorted.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    /// <summary>From here on it pays to find the band of logits first in which a cut lies.</summary>
    private const int Many = 1024;

    private readonly int[] ids = new int[vocabulary];
    private readonly float[] logits = new float[vocabulary];
    private readonly float[] weights = new float[vocabulary];
    private readonly int[] order = new int[vocabulary];
    private double total;
    private float max;
    private float scale;

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
        (this.max, this.scale) = (max, scale);
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
        var (count, before) = Band(target, byWeight && Count > Many);
        var (low, high) = (0, count - 1);
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

        return order[Math.Min(low, count - 1)];
    }

    /// <summary>Puts candidates among which the boundary is into <see cref="order"/>: all of them, or those of a narrow band of logits, found by bisection.</summary>
    private (int Count, double Before) Band(double target, bool narrow)
    {
        var (low, high, before) = (float.NegativeInfinity, float.PositiveInfinity, 0.0);
        if (narrow)
        {
            for (var depth = 1 / scale; depth < 64 / scale; depth *= 2)
            {
                if (Mass(max - depth) is var mass && mass >= target)
                {
                    low = max - depth;
                    break;
                }

                (high, before) = (max - depth, mass);
            }

            for (var i = 0; i < 8 && float.IsFinite(low); i++)
            {
                var middle = (low + Math.Min(high, max)) / 2;
                if (Mass(middle) is var mass && mass >= target)
                {
                    low = middle;
                }
                else
                {
                    (high, before) = (middle, mass);
                }
            }
        }

        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            if (logits[i] >= low && logits[i] < high)
            {
                order[count++] = i;
            }
        }

        return (count, before);
    }

    private double Mass(float least) => Row.Mass(logits.AsSpan(0, Count), weights.AsSpan(0, Count), least);

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
