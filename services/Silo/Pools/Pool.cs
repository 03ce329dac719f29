using Platform.Grains.Pools;

namespace Platform.Silo.Pools;

/// <summary>Waiting tickets, live workers, and grants of their slots. Not thread-safe: a grain owns it and sweeps it every half second.</summary>
internal sealed class Pool
{
    /// <summary>Weight of an output token; an input token weighs 1.</summary>
    private const int OutputWeight = 2;

    /// <summary>Before a worker has named its own.</summary>
    private const int DefaultQueueLimit = 192;

    private static readonly long Gone = TimeSpan.FromSeconds(3).Ticks;
    private static readonly long NotPolled = TimeSpan.FromSeconds(10).Ticks;
    private static readonly long NotRunning = TimeSpan.FromSeconds(10).Ticks;
    private static readonly long Young = TimeSpan.FromSeconds(6).Ticks;
    private static readonly long TenantMemory = TimeSpan.FromMinutes(10).Ticks;

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly FairQueue _queue = new();
    private readonly WorkerTable _workers = new();
    private readonly Dictionary<string, WaitingTicket> _waiting = [];
    private readonly Dictionary<string, Grant> _grants = [];
    private readonly RecentIds _releasedTickets = new(TimeSpan.FromSeconds(5)), _releasedGenerations = new(TimeSpan.FromSeconds(6));
    private readonly Throughput _throughput = new();
    private WorkerReport? _lastReport;
    private double _typicalOutput;
    private long _arrivals, _grantNumber, _round, _lastWorkerAt;

    public Pool(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
    }

    public int Waiting => _queue.Count;
    public int Slots => _workers.All.Sum(w => w.Slots);
    public int Busy => _workers.All.Sum(w => w.Busy);
    public int Workers => _workers.All.Count;

    private long Now => _time.GetElapsedTime(_start).Ticks;
    private int QueueLimit => _workers.All.Count > 0 ? _workers.All.Max(w => w.Report.QueueLimit) : _lastReport?.QueueLimit ?? DefaultQueueLimit;
    private bool HasNoWorker(long now) => !_workers.AnyTakesGrants && now - _lastWorkerAt >= Gone;

    /// <summary>Puts a new ticket into the queue; <paramref name="waiting"/> is null when the answer is final.</summary>
    public TicketAnswer Take(Ticket ticket, out WaitingTicket? waiting)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ticket.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ticket.Tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(ticket.Band);
        var now = Now;
        if (_grants.TryGetValue(ticket.Id, out var held))
        {
            waiting = null;
            return Granted(held);
        }

        if (_waiting.TryGetValue(ticket.Id, out waiting)) return AnswerFor(waiting);
        if (HasNoWorker(now)) return new TicketAnswer(TicketState.NoWorker, null, 0, 0);

        waiting = new WaitingTicket(ticket, ++_arrivals) { LastPolled = now };
        _waiting.Add(ticket.Id, waiting);
        _queue.Add(waiting, now);
        Dispatch(now);
        if (_queue.Count > QueueLimit && _waiting.ContainsKey(ticket.Id))
        {
            Withdraw(waiting);
            waiting = null;
            return new TicketAnswer(TicketState.QueueFull, null, _queue.Count, _throughput.WaitMs(_queue.Count, now));
        }

        var answer = AnswerFor(waiting);
        if (answer.State != TicketState.Waiting) waiting = null;
        return answer;
    }

    /// <summary>Where a ticket stands at the end of a poll.</summary>
    public TicketAnswer AnswerFor(WaitingTicket waiting)
    {
        var now = Now;
        waiting.LastPolled = now;
        if (_grants.TryGetValue(waiting.Ticket.Id, out var grant)) return Granted(grant);
        if (!_waiting.ContainsKey(waiting.Ticket.Id) || !HasNoWorker(now)) return new TicketAnswer(TicketState.Waiting, null, _queue.Before(waiting), 0);
        Withdraw(waiting);
        return new TicketAnswer(TicketState.NoWorker, null, 0, 0);
    }

    public void Release(string ticketId, long completionTokens)
    {
        var now = Now;
        if (_waiting.TryGetValue(ticketId, out var waiting)) Withdraw(waiting);
        if (!_grants.TryGetValue(ticketId, out var grant)) return;
        _throughput.Finished(now);
        _typicalOutput += (completionTokens - _typicalOutput) / 16;
        End(grant, completionTokens, now);
        Dispatch(now);
    }

    public void Offer(IReadOnlyList<HeldGrant> held)
    {
        var now = Now;
        foreach (var (ticket, workerId) in held)
        {
            if (_grants.ContainsKey(ticket.Id) || _releasedTickets.Contains(ticket.Id, now) || _workers.Find(workerId) is not { } worker) continue;
            if (_waiting.TryGetValue(ticket.Id, out var waiting)) Withdraw(waiting);
            Begin(new Grant(ticket, worker, now));
            CountUnknown(worker, now);
        }
    }

    public void Heartbeat(WorkerReport report)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(report.Slots, 1);
        var now = Now;
        _lastReport = report;
        var worker = _workers.Find(report.WorkerId);
        if (worker is null) _workers.Add(worker = new PooledWorker(report, now));
        worker.Report = report;
        worker.LastSeen = now;
        worker.Leaving = false;
        _lastWorkerAt = now;
        foreach (var grant in worker.Grants.Values)
            if (report.Running.Contains(grant.Generation)) grant.AliveAt = now;
        CountUnknown(worker, now);
        Dispatch(now);
    }

    public void Leave(string workerId)
    {
        if (_workers.Find(workerId) is { } worker) worker.Leaving = true;
    }

    /// <summary>Lets go of what was not heard of in time.</summary>
    public void Sweep()
    {
        var now = Now;
        foreach (var worker in _workers.All.Where(w => now - w.LastSeen > Gone).ToList())
        {
            _workers.Remove(worker);
            foreach (var grant in worker.Grants.Values.ToList()) End(grant, 0, now);
        }

        foreach (var grant in _grants.Values)
            if (now - grant.AliveAt > NotRunning) End(grant, 0, now);
        foreach (var waiting in _waiting.Values)
            if (waiting.Polls == 0 && now - waiting.LastPolled > NotPolled) Withdraw(waiting);
        _queue.Forget(now - TenantMemory);
        Dispatch(now);
    }

    public PoolReport Read()
    {
        var reports = _workers.All.Select(w => w.Report).DefaultIfEmpty(_lastReport).OfType<WorkerReport>().ToList();
        return new PoolReport(
            [.. _workers.All.Select(w => new PoolWorker(w.Id, w.Slots, w.Busy, w.Report.Loaded))], _queue.Count, _grants.Count,
            reports.Select(r => r.ContextLength).DefaultIfEmpty().Min(), reports.Select(r => r.TemplateOverhead).DefaultIfEmpty().Max(),
            reports.Select(r => r.Traits).FirstOrDefault(traits => traits is not null));
    }

    /// <summary>The grant knows it before the worker's next heartbeat does; the heartbeat, when this pool is younger than the grant.</summary>
    public string? Find(string generationId) =>
        _workers.All.FirstOrDefault(worker => worker.Grants.Values.Any(grant => grant.Generation == generationId) || worker.Report.Running.Contains(generationId))?.Id;

    /// <summary>Grants in fair order. A ticket that needs more slots than any worker has free keeps one worker from being given away before it.</summary>
    private void Dispatch(long now)
    {
        _round++;
        while (_queue.Next(_round) is { } next && _workers.AnyFreeFor(next.Ticket.Band, _round))
        {
            if (_workers.Choose(next.Ticket, _round) is { } worker)
            {
                Grant(next, worker, now);
            }
            else
            {
                _workers.HoldFor(next.Ticket, _round);
                next.PassedOverIn = _round;
            }
        }
    }

    private void Grant(WaitingTicket waiting, PooledWorker worker, long now)
    {
        var ticket = waiting.Ticket;
        var expected = (long)_typicalOutput;
        _waiting.Remove(ticket.Id);
        _queue.Remove(waiting);
        _queue.Charge(ticket.Tenant, ticket.Tokens + OutputWeight * expected, now);
        Begin(new Grant(ticket, worker, now) { ExpectedTokens = expected, UncachedTokens = (long)(ticket.Tokens * (1 - WorkerTable.Hit(worker, ticket))) });
        waiting.Decided.TrySetResult();
    }

    private void Begin(Grant grant)
    {
        _grants.Add(grant.Ticket.Id, grant);
        grant.Worker.Add(grant);
        grant.Worker.LastGrant = ++_grantNumber;
        grant.Worker.Prefixes.Use(grant.Ticket.PrefixBlocks);
    }

    private void End(Grant grant, long completionTokens, long now)
    {
        _grants.Remove(grant.Ticket.Id);
        grant.Worker.Remove(grant);
        _releasedTickets.Add(grant.Ticket.Id, now);
        _releasedGenerations.Add(grant.Generation, now);
        _queue.Charge(grant.Ticket.Tenant, OutputWeight * (completionTokens - grant.ExpectedTokens), now);
    }

    private void Withdraw(WaitingTicket waiting)
    {
        _waiting.Remove(waiting.Ticket.Id);
        _queue.Remove(waiting);
        waiting.Decided.TrySetResult();
    }

    /// <summary>What a worker ran before it was known here takes slots too, until gateways have had their turn to offer.</summary>
    private void CountUnknown(PooledWorker worker, long now)
    {
        worker.Unknown = now - worker.Joined > Young
            ? 0
            : worker.Report.Running.Count(g => !_releasedGenerations.Contains(g, now) && !worker.Grants.Values.Any(grant => grant.Generation == g));
    }

    private static TicketAnswer Granted(Grant grant) => new(TicketState.Granted, grant.Worker.Id, 0, 0);
}
