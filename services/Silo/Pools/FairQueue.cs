namespace Platform.Silo.Pools;

/// <summary>
/// Strict bands; within a band the tenant that was served least comes first (virtual token counters with lift: Sheng et al., "Fairness in Serving
/// Large Language Models", OSDI 2024); within a tenant first come, first served.
/// </summary>
internal sealed class FairQueue
{
    private readonly SortedList<int, List<Line>> _bands = [];
    private readonly Dictionary<string, Tenant> _tenants = [];
    private Tenant? _lastToLeave;

    public int Count { get; private set; }

    public void Add(WaitingTicket waiting, long now)
    {
        var tenant = TenantOf(waiting.Ticket.Tenant);
        tenant.LastActive = now;
        if (tenant.Waiting == 0) Lift(tenant);
        if (!_bands.TryGetValue(waiting.Ticket.Band, out var lines)) _bands.Add(waiting.Ticket.Band, lines = []);
        var line = lines.Find(l => l.Tenant == tenant);
        if (line is null) lines.Add(line = new Line(tenant));
        line.Tickets.AddLast(waiting);
        tenant.Waiting++;
        Count++;
    }

    public bool Remove(WaitingTicket waiting)
    {
        if (!_bands.TryGetValue(waiting.Ticket.Band, out var lines)) return false;
        var line = lines.Find(l => l.Tenant.Id == waiting.Ticket.Tenant);
        if (line is null || !line.Tickets.Remove(waiting)) return false;
        if (line.Tickets.Count == 0) lines.Remove(line);
        if (lines.Count == 0) _bands.Remove(waiting.Ticket.Band);
        if (--line.Tenant.Waiting == 0) _lastToLeave = line.Tenant;
        Count--;
        return true;
    }

    /// <summary>The ticket to serve next, of those that were not passed over in this round.</summary>
    public WaitingTicket? Next(long round)
    {
        foreach (var lines in _bands.Values)
        {
            WaitingTicket? next = null;
            var least = long.MaxValue;
            foreach (var line in lines)
            {
                if (line.First(round) is not { } first) continue;
                if (next is not null && (line.Tenant.Counter > least || (line.Tenant.Counter == least && first.Arrival > next.Arrival))) continue;
                (next, least) = (first, line.Tenant.Counter);
            }

            if (next is not null) return next;
        }

        return null;
    }

    /// <param name="service">Weighted tokens the tenant was given, or, below zero, gets back.</param>
    public void Charge(string tenant, long service, long now)
    {
        var charged = TenantOf(tenant);
        charged.Counter += service;
        charged.LastActive = now;
    }

    /// <summary>Tickets to serve before this one, as if each tenant had been served alike.</summary>
    public int Before(WaitingTicket waiting)
    {
        var before = 0;
        foreach (var (band, lines) in _bands)
            foreach (var line in lines)
                foreach (var other in line.Tickets)
                    if (band < waiting.Ticket.Band || (band == waiting.Ticket.Band && other.Arrival < waiting.Arrival)) before++;
        return before;
    }

    /// <summary>Forgets tenants that have not been here since <paramref name="lastActive"/>.</summary>
    public void Forget(long lastActive)
    {
        foreach (var (id, tenant) in _tenants)
            if (tenant.Waiting == 0 && tenant.LastActive < lastActive) _tenants.Remove(id);
    }

    /// <summary>Who was away gets no credit for it.</summary>
    private void Lift(Tenant tenant)
    {
        var floor = long.MaxValue;
        foreach (var lines in _bands.Values)
            foreach (var line in lines) floor = Math.Min(floor, line.Tenant.Counter);
        if (floor == long.MaxValue) floor = _lastToLeave?.Counter ?? 0;
        tenant.Counter = Math.Max(tenant.Counter, floor);
    }

    private Tenant TenantOf(string id)
    {
        if (!_tenants.TryGetValue(id, out var tenant)) _tenants.Add(id, tenant = new Tenant(id));
        return tenant;
    }

    private sealed class Tenant(string id)
    {
        public string Id { get; } = id;
        public long Counter { get; set; }
        public int Waiting { get; set; }
        public long LastActive { get; set; }
    }

    /// <summary>One tenant's tickets of one band.</summary>
    private sealed class Line(Tenant tenant)
    {
        public Tenant Tenant { get; } = tenant;
        public LinkedList<WaitingTicket> Tickets { get; } = [];

        public WaitingTicket? First(long round)
        {
            foreach (var waiting in Tickets)
                if (waiting.PassedOverIn != round) return waiting;
            return null;
        }
    }
}
