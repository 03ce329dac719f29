using System.Collections.Concurrent;
using Orleans;
using Platform.Grains.Quotas;

namespace Platform.Ledger.Tests;

/// <summary>What the quota grains of a silo were told.</summary>
public sealed class Told
{
    private int _failures;

    public ConcurrentQueue<(string ProjectId, IReadOnlyList<RecordedUsage> Recorded)> Calls { get; } = new();

    public IEnumerable<RecordedUsage> Of(string projectId) => Calls.Where(c => c.ProjectId == projectId).SelectMany(c => c.Recorded);

    public void FailNext(int calls) => _failures = calls;

    public void Receive(string projectId, IReadOnlyList<RecordedUsage> recorded)
    {
        if (Interlocked.Decrement(ref _failures) >= 0) throw new TimeoutException("the quota is away");
        Calls.Enqueue((projectId, recorded));
    }
}

/// <summary>Stands in for the silo's own quota grain, which these tests are not about.</summary>
public sealed class RecordingQuota(Told told) : Grain, IProjectQuota
{
    public ValueTask Recorded(IReadOnlyList<RecordedUsage> recorded)
    {
        told.Receive(this.GetPrimaryKeyString(), recorded);
        return default;
    }

    public ValueTask<QuotaAnswer> Reserve(Reservation reservation) => throw new NotSupportedException();

    public ValueTask<QuotaAnswer> TopUp(string generationId, Amount more) => throw new NotSupportedException();

    public ValueTask Settle(string generationId, Amount used, bool nothingToRecord) => throw new NotSupportedException();

    public ValueTask Offer(IReadOnlyList<Reservation> live) => throw new NotSupportedException();

    public Task Configure(QuotaLimits limits) => throw new NotSupportedException();

    public ValueTask<QuotaReport> Read() => throw new NotSupportedException();
}
