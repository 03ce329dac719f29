using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

public sealed class FairQueueTests
{
    private readonly FairQueue _queue = new();
    private int _arrivals;

    [Fact]
    public void A_tenant_s_tickets_are_served_in_order()
    {
        var tickets = Enumerable.Range(0, 50).Select(_ => Add("a")).ToList();
        Assert.Equal(tickets, Enumerable.Range(0, 50).Select(_ => Serve(10)));
    }

    [Fact]
    public void A_lower_band_is_served_before_any_higher_one()
    {
        var later = Add("a", band: 1);
        Serve0("b", 1_000_000);
        var sooner = Add("b", band: 0);

        Assert.Equal([sooner, later], [Serve(1), Serve(1)]);
    }

    [Fact]
    public void Two_backlogged_tenants_are_served_alike_however_much_one_asks()
    {
        var random = new Random(7);
        Dictionary<string, long> service = new() { ["heavy"] = 0, ["light"] = 0 };
        // The heavy tenant's tickets are ten times as big and ten times as many wait.
        for (var i = 0; i < 100; i++) Add("heavy");
        for (var i = 0; i < 10; i++) Add("light");
        for (var i = 0; i < 20_000; i++)
        {
            var tenant = _queue.Next(0)!.Ticket.Tenant;
            var cost = tenant == "heavy" ? random.Next(500, 1500) : random.Next(50, 150);
            Serve(cost);
            service[tenant] += cost;
            Add(tenant);
        }

        double a = service["heavy"], b = service["light"];
        Assert.InRange(a / b, 0.95, 1.05);
        Assert.True((a + b) * (a + b) / (2 * (a * a + b * b)) >= 0.98); // Jain's index
    }

    [Fact]
    public void Who_comes_late_gets_no_credit_for_having_been_away()
    {
        for (var i = 0; i < 100; i++)
        {
            Add("early");
            Serve(100);
        }

        for (var i = 0; i < 20; i++) Add("early");
        for (var i = 0; i < 20; i++) Add("late");
        var served = Enumerable.Range(0, 20).Select(_ => Serve(100).Ticket.Tenant).ToList();

        Assert.Equal(10, served.Count(t => t == "late"));
    }

    [Fact]
    public void Who_was_alone_meanwhile_pays_nothing_for_it()
    {
        Add("early");
        Serve(10);
        for (var i = 0; i < 100; i++)
        {
            Add("busy");
            Serve(100);
        }

        for (var i = 0; i < 4; i++) Add("early");
        for (var i = 0; i < 4; i++) Add("busy");
        Assert.Equal(2, Enumerable.Range(0, 4).Count(_ => Serve(100).Ticket.Tenant == "busy"));
    }

    [Fact]
    public void A_ticket_taken_out_is_never_served()
    {
        var (first, second, third) = (Add("a"), Add("a"), Add("a"));
        Assert.True(_queue.Remove(second));
        Assert.False(_queue.Remove(second));

        Assert.Equal(2, _queue.Count);
        Assert.Equal([first, third], [Serve(1), Serve(1)]);
        Assert.Null(_queue.Next(0));
    }

    private WaitingTicket Add(string tenant, int band = 0)
    {
        var waiting = new WaitingTicket(new Ticket($"{++_arrivals}/1", tenant, band, 1, 0, []), _arrivals);
        _queue.Add(waiting, 0);
        return waiting;
    }

    private WaitingTicket Serve(long cost)
    {
        var next = _queue.Next(0) ?? throw new InvalidOperationException("Nobody waits.");
        _queue.Remove(next);
        _queue.Charge(next.Ticket.Tenant, cost, 0);
        return next;
    }

    private void Serve0(string tenant, long cost) => _queue.Charge(tenant, cost, 0);
}
