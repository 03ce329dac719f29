namespace Platform.Silo.Quotas;

/// <summary>Which of the ledger's records were counted already. They come in nearly the order of their numbers, so only the newest are remembered one by one.</summary>
internal sealed class RecordedSequences(int remembered = 16_384)
{
    private readonly HashSet<long> _seen = [];
    private readonly PriorityQueue<long, long> _lowest = new();
    private long _floor;

    public long Highest { get; private set; }

    /// <summary>Everything up to <paramref name="sequence"/> is counted.</summary>
    public void StartAt(long sequence) => Highest = _floor = sequence;

    /// <summary>False when it was counted before.</summary>
    public bool Add(long sequence)
    {
        if (sequence <= _floor || !_seen.Add(sequence)) return false;
        _lowest.Enqueue(sequence, sequence);
        Highest = Math.Max(Highest, sequence);
        if (_seen.Count > remembered)
        {
            _floor = _lowest.Dequeue();
            _seen.Remove(_floor);
        }

        return true;
    }
}
