using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

/// <summary>Who waits for a worker, in which order and how long.</summary>
public sealed class PoolQueueTests : PoolScene
{
    [Fact]
    public void Two_hundred_tickets_are_granted_in_the_order_they_came()
    {
        Heartbeat("w", slots: 8);
        List<string> granted = [];
        List<WaitingTicket> waiting = [];
        for (var i = 0; i < 200; i++)
            if (Take($"{i}/1", out var waits) is TicketState.Granted) granted.Add($"{i}/1");
            else waiting.Add(waits!);
        Assert.Equal((8, 192), (granted.Count, waiting.Count));

        for (var i = 0; i < granted.Count; i++)
        {
            Pool.Release(granted[i], 16);
            foreach (var next in waiting.Where(w => w.Decided.Task.IsCompleted).ToList())
            {
                waiting.Remove(next);
                granted.Add(next.Ticket.Id);
            }
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}/1"), granted);
        Assert.Equal((0, 0), (Pool.Busy, Pool.Waiting));
    }

    [Fact]
    public void A_full_queue_refuses_the_next_ticket_and_keeps_those_it_has()
    {
        Heartbeat("w", slots: 8, queueLimit: 192);
        for (var i = 0; i < 200; i++) Take($"{i}/1", out _);

        var refused = Pool.Take(Ticket("late/1"), out var waiting);
        Assert.Equal(TicketState.QueueFull, refused.State);
        Assert.InRange(refused.RetryAfterMs, 1_000, 60_000);
        Assert.Null(waiting);
        Assert.Equal(TicketState.Waiting, Take("199/1", out _));

        Pool.Release("0/1", 1);
        Assert.Equal(TicketState.Waiting, Take("late/1", out _));
    }

    [Fact]
    public void The_wait_for_a_place_is_estimated_from_what_finishes()
    {
        Heartbeat("w", slots: 8, queueLimit: 20);
        for (var i = 0; i < 28; i++) Take($"{i}/1", out _);
        for (var i = 0; i < 300; i++)
        {
            Time.AdvanceSeconds(0.5); // two a second
            Pool.Release($"{i}/1", 16);
            Take($"{i + 28}/1", out _);
            if (i % 2 == 0) Heartbeat("w", slots: 8, queueLimit: 20, running: [.. Enumerable.Range(i + 1, 8).Select(r => $"{r}")]);
        }

        Assert.InRange(Pool.Take(Ticket("late/1"), out _).RetryAfterMs, 9_500, 10_500); // 20 tickets at two a second
    }

    [Fact]
    public void A_withdrawn_ticket_vanishes()
    {
        Heartbeat("w", slots: 1);
        Take("a/1", out _);
        Take("b/1", out var b);
        Take("c/1", out var c);

        Pool.Release("b/1", 0);
        Assert.Equal(1, Pool.Waiting);
        Pool.Release("a/1", 5);

        Assert.Equal("w", Pool.AnswerFor(c!).Worker);
        Assert.Null(Pool.AnswerFor(b!).Worker);
    }

    [Fact]
    public void A_ticket_nobody_polls_any_more_is_dropped()
    {
        Heartbeat("w", slots: 1);
        Take("a/1", out _);
        Take("gone/1", out _);
        Take("polled/1", out var polled);
        polled!.Polls++;
        Pass(seconds: 11, "w", slots: 1, running: ["a"]);

        Assert.Equal(1, Pool.Waiting);
        Assert.Equal(TicketState.Waiting, Pool.AnswerFor(polled).State);
    }

    [Fact]
    public void Position_counts_the_tickets_before()
    {
        Heartbeat("w", slots: 1);
        for (var i = 0; i < 4; i++) Take($"{i}/1", out _);
        Assert.Equal(2, Pool.Take(Ticket("3/1"), out _).Position);
        Pool.Release("0/1", 1);
        Assert.Equal(1, Pool.Take(Ticket("3/1"), out _).Position);
    }

    [Fact]
    public void A_ticket_for_several_slots_is_not_passed_over_for_ever()
    {
        Heartbeat("w", slots: 4);
        for (var i = 0; i < 4; i++) Granted($"{i}/1");
        Pool.Take(Ticket("wide/1", slots: 3), out var wide);
        for (var i = 4; i < 8; i++) Take($"{i}/1", out _);

        Pool.Release("0/1", 1);
        Pool.Release("1/1", 1);
        Assert.False(wide!.Decided.Task.IsCompleted);
        Pool.Release("2/1", 1);
        Assert.Equal("w", Pool.AnswerFor(wide).Worker);
        Assert.Equal(4, Pool.Busy);
    }

    [Fact]
    public void While_a_wide_ticket_waits_for_one_worker_the_others_go_on()
    {
        Heartbeat("a", slots: 2);
        Granted("0/1");
        Granted("1/1");
        Pool.Take(Ticket("wide/1", slots: 2), out var wide);
        Take("other/1", out var other);
        Heartbeat("b", slots: 2, running: ["unknown"]);
        Assert.False(other!.Decided.Task.IsCompleted);
        Heartbeat("c", slots: 2, running: ["unknown too"]);

        Assert.Equal("c", Pool.AnswerFor(other).Worker);
        Assert.False(wide!.Decided.Task.IsCompleted);
    }

    [Fact]
    public void A_ticket_for_more_slots_than_a_worker_has_takes_them_all()
    {
        Heartbeat("w", slots: 4);
        Pool.Take(Ticket("wide/1", slots: 16), out _);
        Assert.Equal(4, Pool.Busy);
        Pool.Release("wide/1", 1);
        Assert.Equal(0, Pool.Busy);
    }

    [Fact]
    public void A_lower_band_is_granted_the_slots_of_higher_ones_where_none_is_free()
    {
        Heartbeat("w", slots: 2);
        for (var i = 0; i < 2; i++) Assert.Equal(TicketState.Granted, Take($"flex{i}/1", band: 2));
        Assert.Equal(TicketState.Waiting, Take("flex2/1", band: 2));
        Assert.Equal(TicketState.Granted, Take("default/1", band: 1));
        Assert.Equal(TicketState.Granted, Take("priority0/1", band: 0));
        Assert.Equal(TicketState.Waiting, Take("priority1/1", band: 0)); // each slot has somebody waiting for it already
        Assert.Equal(4, Pool.Busy);

        Pool.Release("default/1", 1);
        Assert.Equal(TicketState.Granted, Take("priority1/1", band: 0));
        Pool.Release("priority0/1", 1);
        Pool.Release("priority1/1", 1);
        Assert.Equal(TicketState.Waiting, Take("flex2/1", band: 2)); // the two that gave way go on
        Pool.Release("flex0/1", 1);
        Assert.Equal(TicketState.Granted, Take("flex2/1", band: 2));
    }

    [Fact]
    public void A_worker_with_a_free_slot_is_granted_before_one_where_somebody_has_to_give_way()
    {
        Heartbeat("w", slots: 1);
        Assert.Equal(TicketState.Granted, Take("flex/1", band: 2));
        Heartbeat("free", slots: 1);
        Assert.Equal("free", Granted("a/1", tokens: 5000));
        Assert.Equal("w", Granted("b/1"));
    }

    [Fact]
    public void Backlogged_tenants_share_by_tokens_and_late_ones_get_no_credit()
    {
        Heartbeat("w", slots: 8, queueLimit: 1000);
        var random = new Random(3);
        Dictionary<string, double> service = new() { ["heavy"] = 0, ["light"] = 0 };
        List<(Ticket Ticket, WaitingTicket? Waiting)> asked = [];

        void Ask(string tenant)
        {
            var ticket = Ticket($"{random.NextInt64()}/1", tenant, tokens: random.Next(10, 50) * (tenant == "heavy" ? 10 : 1));
            Pool.Take(ticket, out var waiting);
            asked.Add((ticket, waiting));
        }

        for (var i = 0; i < 40; i++) Ask("heavy");
        for (var finished = 0; finished < 6000; finished++)
        {
            if (finished == 500)
                for (var i = 0; i < 40; i++) Ask("light");
            if (finished == 600) (service["heavy"], service["light"]) = (0, 0);
            var running = asked.Where(a => a.Waiting is not { Decided.Task.IsCompleted: false }).ToList();
            Assert.Equal(8, running.Count);
            var done = running[random.Next(8)];
            var output = done.Ticket.Tokens * random.Next(1, 4);
            service[done.Ticket.Tenant] += done.Ticket.Tokens + 2 * output;
            asked.Remove(done);
            Pool.Release(done.Ticket.Id, output);
            Ask(done.Ticket.Tenant);
        }

        double heavy = service["heavy"], light = service["light"];
        Assert.InRange(heavy / light, 0.95, 1.05);
        Assert.True((heavy + light) * (heavy + light) / (2 * (heavy * heavy + light * light)) >= 0.98); // Jain's index
    }
}
