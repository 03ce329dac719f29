namespace Platform.Eventing.Sessions;

/// <summary>A conversation began; the items that it began with lie at the positions from 0.</summary>
/// <param name="Metadata">JSON object of strings.</param>
public sealed record SessionStarted(string ProjectId, DateTimeOffset At, string Metadata, IReadOnlyList<string> ItemIds);

/// <summary>Items were added, all or none; each takes the next position. What they say lies with the content.</summary>
public sealed record SessionItemsAdded(IReadOnlyList<string> ItemIds);

public sealed record SessionItemRemoved(string ItemId);

public sealed record SessionMetadataChanged(string Metadata);

/// <summary>The conversation was deleted, its content erased.</summary>
public sealed record SessionEnded;
