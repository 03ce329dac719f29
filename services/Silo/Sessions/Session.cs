using Platform.Eventing.Sessions;

namespace Platform.Silo.Sessions;

/// <summary>A conversation as its events make it.</summary>
internal sealed class Session
{
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <summary>Events so far.</summary>
    public long Version { get; private set; }

    public string? ProjectId { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public string Metadata { get; private set; } = "{}";
    public bool IsEnded { get; private set; }
    public int NextPosition { get; private set; }

    public int? PositionOf(string itemId) => _positions.TryGetValue(itemId, out var position) ? position : null;

    public void Apply(object happened)
    {
        Version++;
        switch (happened)
        {
            case SessionStarted started:
                (ProjectId, CreatedAt, Metadata) = (started.ProjectId, started.At, started.Metadata);
                Add(started.ItemIds);
                break;
            case SessionItemsAdded added:
                Add(added.ItemIds);
                break;
            case SessionItemRemoved removed:
                _positions.Remove(removed.ItemId);
                break;
            case SessionMetadataChanged changed:
                Metadata = changed.Metadata;
                break;
            case SessionEnded:
                IsEnded = true;
                _positions.Clear();
                break;
            default:
                throw new InvalidOperationException($"A conversation knows no event {happened.GetType().Name}.");
        }
    }

    private void Add(IReadOnlyList<string> itemIds)
    {
        foreach (var id in itemIds) _positions[id] = NextPosition++;
    }
}
