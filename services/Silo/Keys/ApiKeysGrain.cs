using Marten;
using Orleans.Concurrency;
using Platform.Grains.Keys;

namespace Platform.Silo.Keys;

[StatelessWorker]
internal sealed class ApiKeysGrain(IDocumentStore store) : Grain, IApiKeys
{
    public async Task<IReadOnlyList<ApiKeyDescription>> List(string? projectId)
    {
        await using var session = store.QuerySession();
        IQueryable<ApiKeyRecord> keys = session.Query<ApiKeyRecord>();
        if (projectId is not null) keys = keys.Where(k => k.ProjectId == projectId);
        var records = await keys.OrderBy(k => k.Id).ToListAsync();
        return [.. records.Select(r => r.Describe())];
    }
}
