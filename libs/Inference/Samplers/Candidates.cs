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
    private float[]? rank;
    private float[]? typicality;
    private double total;
    private float max;
    private float scale;

    public int Count { get; private set; }
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);
    public ReadOnlySpan<float> Logits => logits.AsSpan(0, Count);

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

    /// <summary>Weighs what is left again, at another temperature.</summary>
    public void Weigh(float scale)
    {
        (max, this.scale) = (Row.Max(Logits), scale);
        total = Row.Exponentials(Logits, max, scale, weights);
    }

    /// <summary>Of the weights, in nats.</summary>
    public double Entropy()
    {
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
        {
            sum += weights[i] > 0 ? weights[i] * Math.Log(weights[i]) : 0;
        }

        return Math.Log(total) - sum / total;
    }

    public void KeepAtLeast(float logit)
    {
        var kept = 0;
        total = 0;
        for (var i = 0; i < Count; i++)
        {
            if (logits[i] >= logit)
            {
                Move(i, kept++);
            }
        }

        Count = kept;
    }

    /// <summary>
    /// Keeps the tokens whose surprise is nearest to the entropy until they have this share of the mass
    /// (Meister et al., "Locally Typical Sampling", 2022). Weights must be those of temperature 1.
    /// </summary>
    public void KeepTypical(double share)
    {
        var entropy = Entropy();
        rank = typicality ??= new float[ids.Length];
        for (var i = 0; i < Count; i++)
        {
            rank[i] = -(float)Math.Abs(Math.Log(total) - (logits[i] - max) - entropy);
        }

        KeepDownTo(Boundary(share * total, byWeight: true));
        rank = null;
    }

    /// <summary>Of the tokens of at least this probability leaves the least likely one only; nothing happens where there is one or none.</summary>
    public void DropLikeliest(double threshold)
    {
        var (above, least) = (0, -1);
        for (var i = 0; i < Count; i++)
        {
            if (weights[i] >= threshold * total)
            {
                above++;
                least = least < 0 || Likelier(least, i) ? i : least;
            }
        }

        if (above > 1)
        {
            var (kept, bound) = (0, threshold * total);
            total = 0;
            for (var i = 0; i < Count; i++)
            {
                if (i == least || weights[i] < bound)
                {
                    Move(i, kept++);
                }
            }

            Count = kept;
        }
    }

    /// <summary>Keeps tokens of at least this share of the mass; the likeliest always.</summary>
    public void KeepShares(double share) => KeepAtLeast((float)Math.Min(Row.Max(Logits), max + (Math.Log(total) + Math.Log(share)) / scale));

    /// <summary>What a token has of the mass that is left.</summary>
    public double ShareOf(int id) => weights[Ids.BinarySearch(id)] / total;

    /// <summary>Writes the highest logits, in descending order; returns how many there are.</summary>
    public int Highest(Span<float> into)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            if (count == into.Length && logits[i] <= into[^1])
            {
                continue;
            }

            var at = count < into.Length ? count++ : count - 1;
            for (; at > 0 && into[at - 1] < logits[i]; at--)
            {
                into[at] = into[at - 1];
            }

            into[at] = logits[i];
        }

        return count;
    }

    /// <summary>The candidate with the highest logit.</summary>
    public int Likeliest() => ids[Row.IndexOf(Logits, Row.Max(Logits))];

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
        var (count, before) = Band(target, byWeight && Count > Many && rank is null);
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

    private bool Likelier(int a, int b)
    {
        var by = rank ?? logits;
        return by[a] > by[b] || (by[a] == by[b] && a < b);
    }

    private void KeepDownTo(int last)
    {
        var by = rank ?? logits;
        var boundary = by[last];
        var kept = 0;
        total = 0;
        for (var i = 0; i < Count; i++)
        {
            if (by[i] > boundary || (by[i] == boundary && i <= last))
            {
                Move(i, kept++);
            }
        }

        Count = kept;
    }

    private void Move(int from, int to)
    {
        (ids[to], logits[to], weights[to]) = (ids[from], logits[from], weights[from]);
        total += weights[to];
    }
}
