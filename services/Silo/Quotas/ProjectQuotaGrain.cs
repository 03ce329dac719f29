using Marten;
using Microsoft.Extensions.Options;
using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>A <see cref="ReservationBook"/> with an address; writes to the database only when limits change.</summary>
internal sealed class ProjectQuotaGrain(IDocumentStore store, SpentReader ledger, TimeProvider time, IOptions<QuotaOptions> defaults) : Grain, IProjectQuota
{
    private ReservationBook _book = null!; // set on activation

    private string Project => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var configured = await session.LoadAsync<ProjectLimits>(Project, cancellationToken);
        _book = new ReservationBook(time, configured?.Limits ?? new QuotaLimits { Project = new Rate(defaults.Value.RequestsPerMinute, defaults.Value.TokensPerMinute) });
        _book.StartFrom(await ledger.ReadAsync(Project, cancellationToken));
    }

    public ValueTask<QuotaAnswer> Reserve(Reservation reservation) => new(_book.Reserve(reservation));

    public ValueTask<QuotaAnswer> TopUp(string generationId, Amount more) => new(_book.TopUp(generationId, more));

    public ValueTask Settle(string generationId, Amount used, bool nothingToRecord)
    {
        _book.Settle(generationId, used, nothingToRecord);
        return default;
    }

    public ValueTask Recorded(IReadOnlyList<RecordedUsage> recorded)
    {
        _book.Recorded(recorded);
        return default;
    }

    public ValueTask Offer(IReadOnlyList<Reservation> live)
    {
        _book.Offer(live);
        return default;
    }

    public async Task Configure(QuotaLimits limits)
    {
        var kept = ProjectLimits.From(Project, limits);
        await using var session = store.LightweightSession();
        session.Store(kept);
        await session.SaveChangesAsync();
        _book.Configure(limits);
    }

    public ValueTask<QuotaReport> Read() => new(_book.Read());
}
