using Platform.Grains.Pools;

namespace Platform.Silo.Pools;

/// <summary>The live workers of a model, and which of them suits a ticket best.</summary>
internal sealed class WorkerTable
{
    /// <summary>Share of a prompt's blocks from which on a worker counts as warm.</summary>
    private const double Warm = 0.8;

    /// <summary>A warm worker this much busier than the idlest is overloaded.</summary>
    private const double Overload = 0.5;

    /// <summary>What loading a model weighs, in tokens of work a slot: only a busy worker is worse than one that has to load first.</summary>
    private const double LoadingTokens = 8192;

    private readonly List<PooledWorker> _workers = [];

    public IReadOnlyList<PooledWorker> All => _workers;

    public bool AnyTakesGrants => _workers.Exists(w => !w.Leaving);

    public bool AnyFreeFor(int band, long round)
    {
        foreach (var worker in _workers)
            if (worker.FreeFor(band) > 0 && worker.HeldIn != round) return true;
        return false;
    }

    public PooledWorker? Find(string id) => _workers.Find(w => w.Id == id);

    public void Add(PooledWorker worker) => _workers.Add(worker);

    public void Remove(PooledWorker worker) => _workers.Remove(worker);

    /// <summary>Null when none has the slots for it now, not even at the cost of what is less urgent.</summary>
    public PooledWorker? Choose(Ticket ticket, long round) => Choose(ticket, round, static (worker, _) => worker.Free) ?? Choose(ticket, round, static (worker, band) => worker.FreeFor(band));

    private PooledWorker? Choose(Ticket ticket, long round, Func<PooledWorker, int, int> free)
    {
        PooledWorker? warmest = null, idlest = null;
        var most = 0.0;
        var least = double.PositiveInfinity;
        var leastBusy = 1.0;
        foreach (var worker in _workers)
        {
            if (!worker.Leaving) leastBusy = Math.Min(leastBusy, worker.BusyShare);
            if (worker.HeldIn == round || free(worker, ticket.Band) < worker.Need(ticket) || IsAvoided(worker, ticket)) continue;
            var hit = Hit(worker, ticket);
            if (hit >= Warm && (hit > most || (hit == most && warmest is not null && worker.BusyShare < warmest.BusyShare))) (warmest, most) = (worker, hit);
            var load = (worker.TokensInFlight + ticket.Tokens * (1 - hit)) / worker.Slots + (worker.Report.Loaded ? 0 : LoadingTokens);
            if (load < least || (load == least && idlest is not null && worker.LastGrant < idlest.LastGrant)) (idlest, least) = (worker, load);
        }

        return warmest is not null && warmest.BusyShare - leastBusy <= Overload ? warmest : idlest;
    }

    /// <summary>Keeps the worker that is nearest to having room for a ticket from being given away slot by slot.</summary>
    public void HoldFor(Ticket ticket, long round)
    {
        PooledWorker? nearest = null;
        foreach (var worker in _workers)
        {
            if (worker.Leaving || worker.HeldIn == round || IsAvoided(worker, ticket)) continue;
            if (nearest is null || Missing(worker, ticket) < Missing(nearest, ticket)) nearest = worker;
        }

        if (nearest is not null) nearest.HeldIn = round;
    }

    private static int Missing(PooledWorker worker, Ticket ticket) => worker.Need(ticket) - worker.FreeFor(ticket.Band);

    public static double Hit(PooledWorker worker, Ticket ticket) =>
        ticket.PrefixBlocks.Count == 0 ? 0 : worker.Prefixes.Match(ticket.PrefixBlocks) / (double)ticket.PrefixBlocks.Count;

    /// <summary>A worker that just failed a generation gets it again only when there is no other.</summary>
    private bool IsAvoided(PooledWorker worker, Ticket ticket) =>
        worker.Id == ticket.Avoid && _workers.Exists(w => w != worker && !w.Leaving);
}
