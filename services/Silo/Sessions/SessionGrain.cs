using JasperFx.Events;
using Marten;
using Platform.Eventing.Answers;
using Platform.Eventing.Sessions;
using Platform.Grains.Sessions;
using ISession = Platform.Grains.Sessions.ISession;

namespace Platform.Silo.Sessions;

/// <summary>Appends what happens before it answers, at the version it knows: a second activation of the same conversation can't write past the first.</summary>
internal sealed class SessionGrain(IDocumentStore store, StoredAnswers content, TimeProvider time) : Grain, ISession
{
    private const int Attempts = 3;

    private Session _session = new();
    private List<SessionItem>? _items;

    private string Id => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken) => Load(cancellationToken);

    public async Task<SessionDescription> Start(string projectId, string metadata, IReadOnlyList<SessionItem> items)
    {
        if (_session.Version > 0) throw new InvalidOperationException($"There is a conversation {Id} already.");
        await Append(new SessionStarted(projectId, time.GetUtcNow(), metadata, Ids(items)), session => AnswerTables.Add(session, Id, projectId, 0, Stored(items)));
        _items = [.. items];
        return Describe();
    }

    public Task<SessionDescription?> Read(string projectId) => Task.FromResult(IsOf(projectId) ? Describe() : null);

    public async Task<SessionDescription?> Change(string projectId, string metadata)
    {
        if (!IsOf(projectId)) return null;
        await Append(new SessionMetadataChanged(metadata), _ => { });
        return Describe();
    }

    public async Task<bool> End(string projectId)
    {
        if (!IsOf(projectId)) return false;
        await Append(new SessionEnded(), session => SessionErasure.Erase(session, Id));
        DeactivateOnIdle();
        return true;
    }

    public async Task<IReadOnlyList<SessionItem>?> Items(string projectId)
    {
        if (!IsOf(projectId)) return null;
        _items ??= [.. (await content.Items(Id, CancellationToken.None)).Select(item => new SessionItem(item.Id, item.Type, item.IsOutput, item.Body))];
        return [.. _items];
    }

    public async Task<bool> Add(string projectId, IReadOnlyList<SessionItem> items)
    {
        if (!IsOf(projectId)) return false;
        if (items.Count == 0) return true;
        await Append(new SessionItemsAdded(Ids(items)), session => AnswerTables.Add(session, Id, projectId, _session.NextPosition, Stored(items)));
        _items?.AddRange(items);
        return true;
    }

    public async Task<bool> Remove(string projectId, string itemId)
    {
        if (!IsOf(projectId) || _session.PositionOf(itemId) is null) return false;
        await Append(new SessionItemRemoved(itemId), session => AnswerTables.Erase(session, Id, _session.PositionOf(itemId)));
        _items?.RemoveAll(item => item.Id == itemId);
        return true;
    }

    private bool IsOf(string projectId)
    {
        if (_session.Version == 0) DeactivateOnIdle(); // guessed ids should not fill the memory
        return _session.ProjectId == projectId && !_session.IsEnded;
    }

    private SessionDescription Describe() => new(Id, _session.CreatedAt, _session.Metadata);

    private async Task Append(object happened, Action<IDocumentSession> alongside)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var session = store.LightweightSession();
                session.Events.Append(Id, _session.Version + 1, happened);
                alongside(session);
                await session.SaveChangesAsync();
                _session.Apply(happened);
                return;
            }
            catch (EventStreamUnexpectedMaxEventIdException) when (attempt < Attempts)
            {
                await Load(CancellationToken.None); // another activation wrote meanwhile
            }
        }
    }

    private async Task Load(CancellationToken cancellation)
    {
        (_session, _items) = (new Session(), null);
        await using var session = store.QuerySession();
        foreach (var one in await session.Events.FetchStreamAsync(Id, token: cancellation)) _session.Apply(one.Data);
    }

    private static string[] Ids(IReadOnlyList<SessionItem> items) => [.. items.Select(item => item.Id)];

    private static StoredItem[] Stored(IReadOnlyList<SessionItem> items) => [.. items.Select(item => new StoredItem(item.Id, item.Type, item.IsOutput, item.Json))];
}
