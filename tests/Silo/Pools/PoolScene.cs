using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

/// <summary>A pool, a clock, and what workers and gateways say to it.</summary>
public abstract class PoolScene
{
    private protected PoolScene() => Pool = new Pool(Time);

    private protected ManualTime Time { get; } = new();

    private protected Pool Pool { get; }

    private protected void Pass(int seconds, string worker, int slots, string[] running)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.AdvanceSeconds(1);
            Heartbeat(worker, slots, running: running);
            Pool.Sweep();
        }
    }

    private protected void Heartbeat(string worker, int slots, int queueLimit = 192, string[]? running = null) => Pool.Heartbeat(Report(worker, slots, queueLimit, running));

    private protected static WorkerReport Report(string worker, int slots, int queueLimit = 192, string[]? running = null) => new(worker, slots, running ?? [], 2048, queueLimit, 31);

    private protected TicketState Take(string id, out WaitingTicket? waiting) => Pool.Take(Ticket(id), out waiting).State;

    private protected TicketState Take(string id, int band) => Pool.Take(Ticket(id, band: band), out _).State;

    private protected string? Granted(string id, long tokens = 1, ulong[]? blocks = null, string? avoid = null)
    {
        var answer = Pool.Take(Ticket(id, tokens: tokens, blocks: blocks, avoid: avoid), out _);
        Assert.Equal(TicketState.Granted, answer.State);
        return answer.Worker;
    }

    private protected static Ticket Ticket(string id, string tenant = "tenant", int slots = 1, long tokens = 1, ulong[]? blocks = null, string? avoid = null, int band = 0) =>
        new(id, tenant, band, slots, tokens, blocks ?? [], avoid);
}
