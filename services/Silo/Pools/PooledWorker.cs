using Platform.Grains.Pools;

namespace Platform.Silo.Pools;

/// <summary>A live worker and what was granted on it.</summary>
internal sealed class PooledWorker(WorkerReport report, long now)
{
    private const int TokensPerBlock = 16, FewestBlocks = 256, MostBlocks = 65_536;

    /// <summary>Slots granted, by band; bands past the last count as the last.</summary>
    private readonly int[] _busy = new int[4];

    public string Id { get; } = report.WorkerId;
    public WorkerReport Report { get; set; } = report;
    public long Joined { get; } = now;
    public long LastSeen { get; set; } = now;

    /// <summary>No new grants until it reports again.</summary>
    public bool Leaving { get; set; }

    public Dictionary<string, Grant> Grants { get; } = [];
    public PrefixIndex Prefixes { get; } = new((int)Math.Clamp((long)report.Slots * report.ContextLength / TokensPerBlock, FewestBlocks, MostBlocks));

    public int Slots => Report.Slots;
    public int Busy { get; private set; }
    public long TokensInFlight { get; private set; }

    /// <summary>Generations it runs that this pool, or this pool's memory of the worker, is too young to know of.</summary>
    public int Unknown { get; set; }

    /// <summary>Number of the last grant, over all workers.</summary>
    public long LastGrant { get; set; }

    /// <summary>Dispatch round in which a ticket that needs more slots than are free waits for this worker.</summary>
    public long HeldIn { get; set; } = -1;

    public int Free => Leaving ? 0 : Math.Max(0, Slots - Busy - Unknown);

    /// <summary>Slots a ticket of this band may have: those of higher bands too, whose runs the worker sends back to wait, up to as many as there are slots.</summary>
    public int FreeFor(int band)
    {
        var atLeastAsUrgent = Unknown;
        for (var b = 0; b <= Index(band); b++) atLeastAsUrgent += _busy[b];
        return Leaving ? 0 : Math.Max(0, Math.Min(Slots - atLeastAsUrgent, 2 * Slots - Busy - Unknown));
    }

    public double BusyShare => (Busy + Unknown) / (double)Slots;

    /// <summary>Slots a ticket takes here: one that wants more than there are takes them all.</summary>
    public int Need(Ticket ticket) => Math.Clamp(ticket.Slots, 1, Slots);

    public void Add(Grant grant)
    {
        Grants.Add(grant.Ticket.Id, grant);
        Busy += grant.Slots;
        _busy[Index(grant.Ticket.Band)] += grant.Slots;
        TokensInFlight += grant.UncachedTokens;
    }

    public void Remove(Grant grant)
    {
        if (!Grants.Remove(grant.Ticket.Id)) return;
        Busy -= grant.Slots;
        _busy[Index(grant.Ticket.Band)] -= grant.Slots;
        TokensInFlight -= grant.UncachedTokens;
    }

    private int Index(int band) => Math.Min(band, _busy.Length - 1);
}

/// <summary>A worker's slots in the hands of a ticket.</summary>
internal sealed class Grant(Ticket ticket, PooledWorker worker, long now)
{
    public Ticket Ticket { get; } = ticket;
    public PooledWorker Worker { get; } = worker;
    public int Slots { get; } = worker.Need(ticket);

    /// <summary>Estimated prompt tokens that the worker has not in its cache.</summary>
    public long UncachedTokens { get; init; } = ticket.Tokens;

    /// <summary>Output the tenant was charged with in advance.</summary>
    public long ExpectedTokens { get; init; }

    /// <summary>When the worker last reported it running; at first, when it was granted.</summary>
    public long AliveAt { get; set; } = now;

    /// <summary>A ticket's id is <c>{generation}/{run}</c>.</summary>
    public string Generation { get; } = GenerationOf(ticket.Id);

    public static string GenerationOf(string ticketId) => ticketId.LastIndexOf('/') is > 0 and var end ? ticketId[..end] : ticketId;
}
