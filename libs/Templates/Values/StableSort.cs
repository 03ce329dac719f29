namespace Platform.Templates.Values;

/// <summary>A merge sort: stable as Python's, and errors of the comparison reach the caller as they are.</summary>
internal static class StableSort
{
    public static T[] Sort<T>(T[] items, Func<T, T, bool> isLess)
    {
        var (source, target) = (items, new T[items.Length]);
        for (var run = 1; run < items.Length; run *= 2)
        {
            for (var start = 0; start < items.Length; start += run * 2)
            {
                Merge(source, target, start, Math.Min(start + run, items.Length), Math.Min(start + (run * 2), items.Length), isLess);
            }

            (source, target) = (target, source);
        }

        return source;
    }

    private static void Merge<T>(T[] source, T[] target, int start, int middle, int end, Func<T, T, bool> isLess)
    {
        var (left, right) = (start, middle);
        for (var i = start; i < end; i++)
        {
            target[i] = left < middle && (right >= end || !isLess(source[right], source[left])) ? source[left++] : source[right++];
        }
    }
}
