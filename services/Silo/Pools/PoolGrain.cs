using Orleans.Concurrency;
using Platform.Grains.Pools;
using Platform.Observability.Metering;

namespace Platform.Silo.Pools;

/// <summary>A <see cref="Pool"/> with an address. Reentrant, because polls wait while others come and go.</summary>
[Reentrant]
internal sealed class PoolGrain(TimeProvider time) : Grain, IPool
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(5);

    private readonly Pool _pool = new(time);
    private PoolMetrics _metrics = null!; // set on activation

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _metrics = PoolMetrics.For(this.GetPrimaryKeyString());
        this.RegisterGrainTimer(Sweep, new GrainTimerCreationOptions(SweepInterval, SweepInterval) { Interleave = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _metrics.Set(0, 0, 0, 0);
        return Task.CompletedTask;
    }

    public async Task<TicketAnswer> Take(Ticket ticket, TimeSpan patience)
    {
        var answer = _pool.Take(ticket, out var waiting);
        Show();
        if (waiting is null || patience <= TimeSpan.Zero) return answer;

        waiting.Polls++;
        try
        {
            await waiting.Decided.Task.WaitAsync(patience < MostPatience ? patience : MostPatience, time);
        }
        catch (TimeoutException)
        {
            // Still waiting; AnswerFor says so.
        }
        finally
        {
            waiting.Polls--;
        }

        return _pool.AnswerFor(waiting);
    }

    public ValueTask Release(string ticketId, long completionTokens)
    {
        _pool.Release(ticketId, completionTokens);
        Show();
        return default;
    }

    public ValueTask Offer(IReadOnlyList<HeldGrant> held)
    {
        _pool.Offer(held);
        return default;
    }

    public ValueTask Heartbeat(WorkerReport report)
    {
        _pool.Heartbeat(report);
        Show();
        return default;
    }

    public ValueTask Leave(string workerId)
    {
        _pool.Leave(workerId);
        return default;
    }

    public ValueTask<PoolReport> Read() => new(_pool.Read());

    public ValueTask<string?> Find(string generationId) => new(_pool.Find(generationId));

    private Task Sweep(CancellationToken cancellation)
    {
        _pool.Sweep();
        Show();
        return Task.CompletedTask;
    }

    private void Show() => _metrics.Set(_pool.Waiting, _pool.Slots, _pool.Busy, _pool.Workers);
}
