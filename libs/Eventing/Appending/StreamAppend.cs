using Platform.Eventing.Content;

namespace Platform.Eventing.Appending;

/// <summary>Events for one stream, and the content that is stored with them or not at all.</summary>
/// <param name="ExpectedVersion">Events the stream has; 0 for one that is new.</param>
public sealed record StreamAppend(string Stream, long ExpectedVersion, IReadOnlyList<object> Events)
{
    public StoredContent? Content { get; init; }
}

public enum AppendOutcome
{
    Appended,

    /// <summary>A stream that should have been new exists: the work was done before.</summary>
    AlreadyThere,

    /// <summary>The stream has another version than expected.</summary>
    Conflict,
}

/// <param name="Sequence">Global sequence number of the stream's last event.</param>
public readonly record struct Appended(AppendOutcome Outcome, long Sequence);
