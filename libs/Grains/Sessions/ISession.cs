using Orleans;

namespace Platform.Grains.Sessions;

/// <summary>
/// One conversation (grain key: its public id, <c>conv_…</c>): its items in their order and its metadata. Its state is its event stream; an idle one leaves memory and comes back from it.
/// A project sees only its own.
/// </summary>
[Alias("platform.sessions.ISession")]
public interface ISession : IGrainWithStringKey
{
    /// <param name="metadata">JSON object of strings.</param>
    [Alias("Start")] Task<SessionDescription> Start(string projectId, string metadata, IReadOnlyList<SessionItem> items);

    /// <summary>Null: there is none, or it is another project's.</summary>
    [Alias("Read")] Task<SessionDescription?> Read(string projectId);

    [Alias("Change")] Task<SessionDescription?> Change(string projectId, string metadata);

    /// <summary>Ends it and erases what was said; false: there is none.</summary>
    [Alias("End")] Task<bool> End(string projectId);

    [Alias("Items")] Task<IReadOnlyList<SessionItem>?> Items(string projectId);

    /// <summary>Adds all of the items or none; false: there is no such conversation.</summary>
    [Alias("Add")] Task<bool> Add(string projectId, IReadOnlyList<SessionItem> items);

    /// <summary>False: no such conversation, or no such item in it.</summary>
    [Alias("Remove")] Task<bool> Remove(string projectId, string itemId);
}

/// <param name="Metadata">JSON object of strings.</param>
[GenerateSerializer, Immutable, Alias("platform.sessions.SessionDescription")]
public sealed record SessionDescription([property: Id(0)] string Id, [property: Id(1)] DateTimeOffset CreatedAt, [property: Id(2)] string Metadata);

/// <param name="IsOutput">A model said it.</param>
/// <param name="Json">The item as the API shows it.</param>
[GenerateSerializer, Immutable, Alias("platform.sessions.SessionItem")]
public sealed record SessionItem([property: Id(0)] string Id, [property: Id(1)] string Type, [property: Id(2)] bool IsOutput, [property: Id(3)] string Json);
