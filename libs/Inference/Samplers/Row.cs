using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Platform.Inference.Samplers;

/// <summary>
/// Passes over a row of logits. Always 256 bits wide, so that sums, and with them draws, are the same on every machine.
/// </summary>
internal static class Row
{
    private const int Block = 1024;

    /// <summary>Most sums <see cref="Exponentials"/> writes.</summary>
    public static int Blocks(int length) => (length + Block - 1) / Block;

    /// <summary>The highest logit; NaN when there is one in the row.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var best = Vector256.Create(float.NegativeInfinity);
        foreach (ref readonly var vector in vectors)
        {
            best = Vector256.Max(best, vector);
        }

        var max = float.NegativeInfinity;
        for (var i = 0; i < Vector256<float>.Count; i++)
        {
            max = MathF.Max(max, best[i]);
        }

        foreach (var logit in row[(vectors.Length * Vector256<float>.Count)..])
        {
            max = MathF.Max(max, logit);
        }

        return max;
    }

    /// <summary>Standard deviation of the finite entries (of all of them, not of a sample).</summary>
    public static float Deviation(ReadOnlySpan<float> row)
    {
        var (count, sum, squares) = (0, 0.0, 0.0);
        foreach (var logit in row)
        {
            if (float.IsFinite(logit))
            {
                count++;
                sum += logit;
                squares += (double)logit * logit;
            }
        }

        return (float)Math.Sqrt(Math.Max(0, squares / count - sum / count * (sum / count)));
    }

    /// <summary>The first entry that equals <paramref name="value"/>.</summary>
    public static int IndexOf(ReadOnlySpan<float> row, float value)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var wanted = Vector256.Create(value);
        for (var i = 0; i < vectors.Length; i++)
        {
            var equal = Vector256.Equals(vectors[i], wanted).ExtractMostSignificantBits();
            if (equal != 0)
            {
                return i * Vector256<float>.Count + BitOperations.TrailingZeroCount(equal);
            }
        }

        var rest = vectors.Length * Vector256<float>.Count;
        return rest + row[rest..].IndexOf(value);
    }

    /// <summary>Writes the ids of entries of at least <paramref name="least"/>, ascending; returns how many.</summary>
    public static int AtLeast(ReadOnlySpan<float> row, float least, Span<int> ids)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var wanted = Vector256.Create(least);
        var count = 0;
        for (var i = 0; i < vectors.Length; i++)
        {
            for (var bits = Vector256.GreaterThanOrEqual(vectors[i], wanted).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                ids[count++] = i * Vector256<float>.Count + BitOperations.TrailingZeroCount(bits);
            }
        }

        for (var i = vectors.Length * Vector256<float>.Count; i < row.Length; i++)
        {
            if (row[i] >= least)
            {
                ids[count++] = i;
            }
        }

        return count;
    }

    /// <summary>Sum of the weights of entries of at least <paramref name="least"/>.</summary>
    public static double Mass(ReadOnlySpan<float> row, ReadOnlySpan<float> weights, float least)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var shares = MemoryMarshal.Cast<float, Vector256<float>>(weights);
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < vectors.Length; i++)
        {
            sum += shares[i] & Vector256.GreaterThanOrEqual(vectors[i], Vector256.Create(least));
        }

        double total = Vector256.Sum(sum);
        for (var i = vectors.Length * Vector256<float>.Count; i < row.Length; i++)
        {
            total += row[i] >= least ? weights[i] : 0;
        }

        return total;
    }

    /// <summary>weights = exp((row − max) · scale); the sum of each block of them goes to <paramref name="sums"/>. Returns the sum of all.</summary>
    public static double Exponentials(ReadOnlySpan<float> row, float max, float scale, Span<float> weights, Span<double> sums)
    {
        var total = 0.0;
        for (var block = 0; block * Block < row.Length; block++)
        {
            var start = block * Block;
            var length = Math.Min(Block, row.Length - start);
            total += sums[block] = Exponentials(row.Slice(start, length), max, scale, weights.Slice(start, length));
        }

        return total;
    }

    /// <summary>Index of the entry in whose share of the sum <paramref name="target"/> falls.</summary>
    public static int Find(ReadOnlySpan<float> weights, ReadOnlySpan<double> sums, double target)
    {
        var block = 0;
        while (block < sums.Length - 1 && target >= sums[block])
        {
            target -= sums[block++];
        }

        return block * Block + Find(weights.Slice(block * Block, Math.Min(Block, weights.Length - block * Block)), target);
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{float}, ReadOnlySpan{double}, double)"/>
    public static int Find(ReadOnlySpan<float> weights, double target)
    {
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }

            last = i;
            target -= weights[i];
            if (target < 0)
            {
                break;
            }
        }

        return last;
    }

    /// <summary>weights = exp((row − max) · scale); returns their sum.</summary>
    public static double Exponentials(ReadOnlySpan<float> row, float max, float scale, Span<float> weights)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var results = MemoryMarshal.Cast<float, Vector256<float>>(weights);
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < vectors.Length; i++)
        {
            sum += results[i] = Vector256.Exp((vectors[i] - Vector256.Create(max)) * Vector256.Create(scale));
        }

        double total = Vector256.Sum(sum);
        for (var i = vectors.Length * Vector256<float>.Count; i < row.Length; i++)
        {
            total += weights[i] = MathF.Exp((row[i] - max) * scale);
        }

        return total;
    }
}
