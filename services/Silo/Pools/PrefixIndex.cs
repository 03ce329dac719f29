namespace Platform.Silo.Pools;

/// <summary>Which prompt blocks a worker has probably still in its KV cache: the least recently used are forgotten first.</summary>
internal sealed class PrefixIndex(int capacity)
{
    private readonly Dictionary<ulong, LinkedListNode<ulong>> _blocks = [];
    private readonly LinkedList<ulong> _byUse = []; // the most recent first

    public int Count => _blocks.Count;

    /// <summary>How many of the blocks, from the first on, are there.</summary>
    public int Match(IReadOnlyList<ulong> blocks)
    {
        var matched = 0;
        while (matched < blocks.Count && _blocks.ContainsKey(blocks[matched])) matched++;
        return matched;
    }

    public void Use(IReadOnlyList<ulong> blocks)
    {
        // The end first, so that it is also the end that is forgotten first.
        for (var i = Math.Min(blocks.Count, capacity) - 1; i >= 0; i--)
        {
            if (_blocks.TryGetValue(blocks[i], out var node)) _byUse.Remove(node);
            else _blocks.Add(blocks[i], node = new LinkedListNode<ulong>(blocks[i]));
            _byUse.AddFirst(node);
        }

        while (_blocks.Count > capacity && _byUse.Last is { } oldest)
        {
            _byUse.RemoveLast();
            _blocks.Remove(oldest.Value);
        }
    }
}
