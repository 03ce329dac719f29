namespace Platform.Silo;

/// <summary>Remembers ids for at least one interval and at most two.</summary>
internal sealed class RecentIds(TimeSpan interval)
{
    private HashSet<string> _young = [], _old = [];
    private long _turned;

    public void Add(string id, long now)
    {
        Turn(now);
        _young.Add(id);
    }

    public bool Contains(string id, long now)
    {
        Turn(now);
        return _young.Contains(id) || _old.Contains(id);
    }

    private void Turn(long now)
    {
        if (now - _turned < interval.Ticks) return;
        (_young, _old) = (_old, _young);
        _young.Clear();
        if (now - _turned >= 2 * interval.Ticks) _old.Clear();
        _turned = now;
    }
}
