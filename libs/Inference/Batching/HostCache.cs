using Platform.Inference.Engine;

namespace Platform.Inference.Batching;

/// <summary>
/// Caches that left the context for the host's memory: idle ones, which would slow down attention and take room from those that run. The least recently used goes first.
/// A conversation is kept once, at its longest.
/// </summary>
/// <param name="capacity">Tokens kept at most; 0 keeps nothing.</param>
internal sealed class HostCache(int capacity)
{
    /// <summary>Tokens that are loaded in the time that one takes to be read anew, cautiously: a memory copy against a forward pass.</summary>
    private const int LoadedPerRead = 16;

    /// <summary>Least recently used first.</summary>
    private readonly List<Entry> entries = [];

    public bool IsOn => capacity > 0;

    /// <summary>Written by the engine's thread, read by any.</summary>
    public int Tokens { get; private set; }

    /// <summary>Whether keeping these tokens would keep something new.</summary>
    public bool Wants(ReadOnlySpan<int> tokens, string tenant)
    {
        if (tokens.Length > capacity)
        {
            return false;
        }

        foreach (var entry in entries)
        {
            if (entry.Common(tokens, tenant) == tokens.Length)
            {
                return false;
            }
        }

        return true;
    }

    public void Add(ReadOnlySpan<int> tokens, string tenant, SavedSequence saved)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i].Common(tokens, tenant) == entries[i].Tokens.Length)
            {
                Remove(i);
            }
        }

        while (Tokens + tokens.Length > capacity)
        {
            Remove(0);
        }

        entries.Add(new Entry(tokens.ToArray(), tenant, saved));
        Tokens += tokens.Length;
    }

    /// <summary>How long the prefix is that <see cref="Take"/> would give; that is no use of it.</summary>
    public int Longest(ReadOnlySpan<int> tokens, string tenant, int held, bool whole, bool isShort = false) => Find(tokens, tenant, held, whole, isShort).Common;

    /// <summary>The longest prefix of <paramref name="tokens"/> that is worth loading when <paramref name="held"/> of them are in the context already.</summary>
    /// <param name="whole">Only what can be used to its end: the model can't trim.</param>
    /// <param name="isShort">Nothing that was read in long runs.</param>
    public (SavedSequence? Saved, int Common) Take(ReadOnlySpan<int> tokens, string tenant, int held, bool whole, bool isShort = false)
    {
        var (index, common) = Find(tokens, tenant, held, whole, isShort);
        if (index < 0)
        {
            return (null, held);
        }

        var taken = entries[index];
        entries.RemoveAt(index);
        entries.Add(taken);
        return (taken.Saved, common);
    }

    public void Clear()
    {
        while (entries.Count > 0)
        {
            Remove(entries.Count - 1);
        }
    }

    private (int Index, int Common) Find(ReadOnlySpan<int> tokens, string tenant, int held, bool whole, bool isShort)
    {
        var (best, longest) = (-1, held);
        for (var i = 0; i < entries.Count; i++)
        {
            var common = entries[i].Common(tokens, tenant);
            common = isShort ? Math.Min(common, entries[i].Saved.LongFrom) : common;
            var length = entries[i].Tokens.Length;
            if (common > longest && (common - held) * LoadedPerRead >= length && (!whole || common == length))
            {
                (best, longest) = (i, common);
            }
        }

        return (best, longest);
    }

    private void Remove(int index)
    {
        Tokens -= entries[index].Tokens.Length;
        entries[index].Saved.Dispose();
        entries.RemoveAt(index);
    }

    private readonly record struct Entry(int[] Tokens, string Tenant, SavedSequence Saved)
    {
        public int Common(ReadOnlySpan<int> tokens, string tenant) => Tenant == tenant ? Tokens.AsSpan().CommonPrefixLength(tokens) : 0;
    }
}
