using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

public sealed class PoolTests
{
    private readonly ManualTime _time = new();
    private readonly Pool _pool;

    public PoolTests() => _pool = new Pool(_time);

    [Fact]
    public void A_free_worker_is_granted_at_once_and_once()
    {
        Heartbeat("w", slots: 2);
        Assert.Equal("w", Granted("a/1"));
        Assert.Equal("w", Granted("a/1"));
        Assert.Equal(1, _pool.Busy);
    }

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
            _pool.Release(granted[i], 16);
            foreach (var next in waiting.Where(w => w.Decided.Task.IsCompleted).ToList())
            {
                waiting.Remove(next);
                granted.Add(next.Ticket.Id);
            }
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}/1"), granted);
        Assert.Equal((0, 0), (_pool.Busy, _pool.Waiting));
    }

    [Fact]
    public void A_full_queue_refuses_the_next_ticket_and_keeps_those_it_has()
    {
        Heartbeat("w", slots: 8, queueLimit: 192);
        for (var i = 0; i < 200; i++) Take($"{i}/1", out _);

        var refused = _pool.Take(Ticket("late/1"), out var waiting);
        Assert.Equal(TicketState.QueueFull, refused.State);
        Assert.InRange(refused.RetryAfterMs, 1_000, 60_000);
        Assert.Null(waiting);
        Assert.Equal(TicketState.Waiting, Take("199/1", out _));

        _pool.Release("0/1", 1);
        Assert.Equal(TicketState.Waiting, Take("late/1", out _));
    }

    [Fact]
    public void The_wait_for_a_place_is_estimated_from_what_finishes()
    {
        Heartbeat("w", slots: 8, queueLimit: 20);
        for (var i = 0; i < 28; i++) Take($"{i}/1", out _);
        for (var i = 0; i < 300; i++)
        {
            _time.AdvanceSeconds(0.5); // two a second
            _pool.Release($"{i}/1", 16);
            Take($"{i + 28}/1", out _);
            if (i % 2 == 0) Heartbeat("w", slots: 8, queueLimit: 20, running: [.. Enumerable.Range(i + 1, 8).Select(r => $"{r}")]);
        }

        Assert.InRange(_pool.Take(Ticket("late/1"), out _).RetryAfterMs, 9_500, 10_500); // 20 tickets at two a second
    }

    [Fact]
    public void A_withdrawn_ticket_vanishes()
    {
        Heartbeat("w", slots: 1);
        Take("a/1", out _);
        Take("b/1", out var b);
        Take("c/1", out var c);

        _pool.Release("b/1", 0);
        Assert.Equal(1, _pool.Waiting);
        _pool.Release("a/1", 5);

        Assert.Equal("w", _pool.AnswerFor(c!).Worker);
        Assert.Null(_pool.AnswerFor(b!).Worker);
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

        Assert.Equal(1, _pool.Waiting);
        Assert.Equal(TicketState.Waiting, _pool.AnswerFor(polled).State);
    }

    [Fact]
    public void Position_counts_the_tickets_before()
    {
        Heartbeat("w", slots: 1);
        for (var i = 0; i < 4; i++) Take($"{i}/1", out _);
        Assert.Equal(2, _pool.Take(Ticket("3/1"), out _).Position);
        _pool.Release("0/1", 1);
        Assert.Equal(1, _pool.Take(Ticket("3/1"), out _).Position);
    }

    [Fact]
    public void A_silent_worker_is_gone_after_three_seconds_with_its_grants()
    {
        Heartbeat("dead", slots: 1);
        Assert.Equal("dead", Granted("a/1"));
        Take("b/1", out var waiting);

        _time.AdvanceSeconds(2);
        Heartbeat("alive", slots: 2);
        _pool.Sweep();
        Assert.Equal("alive", _pool.AnswerFor(waiting!).Worker);
        Assert.Equal(2, _pool.Workers);

        _time.AdvanceSeconds(1.1);
        _pool.Sweep();
        Assert.Equal(1, _pool.Workers);
        Assert.Equal("alive", Granted("a/2"));
        Assert.Equal(2, _pool.Busy);
    }

    [Fact]
    public void Without_a_worker_a_ticket_waits_three_seconds_and_is_then_refused()
    {
        Assert.Equal(TicketState.Waiting, Take("a/1", out var waiting));
        _time.AdvanceSeconds(2.9);
        Assert.Equal(TicketState.Waiting, _pool.AnswerFor(waiting!).State);
        _time.AdvanceSeconds(0.1);
        Assert.Equal(TicketState.NoWorker, _pool.AnswerFor(waiting!).State);
        Assert.Equal(TicketState.NoWorker, Take("b/1", out _));
        Assert.Equal(0, _pool.Waiting);

        Heartbeat("w", slots: 1);
        Assert.Equal("w", Granted("c/1"));
    }

    [Fact]
    public void The_first_heartbeat_serves_who_waits_for_it()
    {
        Take("a/1", out var waiting);
        Heartbeat("w", slots: 1);
        Assert.True(waiting!.Decided.Task.IsCompleted);
        Assert.Equal("w", _pool.AnswerFor(waiting).Worker);
    }

    [Fact]
    public void A_leaving_worker_finishes_what_it_has_and_gets_no_more()
    {
        Heartbeat("old", slots: 4);
        Assert.Equal("old", Granted("a/1"));
        Heartbeat("new", slots: 4);
        _pool.Leave("old");

        for (var i = 0; i < 4; i++) Assert.Equal("new", Granted($"{i}/1"));
        Assert.Equal(TicketState.Waiting, Take("b/1", out _));
        Assert.Equal(5, _pool.Busy);

        Heartbeat("old", slots: 4, running: ["a"]);
        Assert.Equal("old", Granted("b/1"));
    }

    [Fact]
    public void A_grant_that_no_heartbeat_names_is_freed_after_ten_seconds()
    {
        Heartbeat("w", slots: 2);
        Granted("lost/1");
        Granted("running/1");
        Pass(seconds: 9, "w", slots: 2, running: ["running"]);
        Assert.Equal(2, _pool.Busy);
        Pass(seconds: 2, "w", slots: 2, running: ["running"]);
        Assert.Equal(1, _pool.Busy);
        _pool.Release("lost/1", 100);
        Assert.Equal(1, _pool.Busy);
    }

    [Fact]
    public void A_warm_prefix_attracts_until_its_worker_is_overloaded()
    {
        Heartbeat("cold", slots: 8);
        Heartbeat("warm", slots: 8);
        ulong[] prefix = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        var first = Granted("0/1", tokens: 100, blocks: prefix);
        var other = first == "warm" ? "cold" : "warm";

        // Nine of ten blocks are the same.
        for (var i = 1; i <= 4; i++) Assert.Equal(first, Granted($"{i}/1", tokens: 100, blocks: [.. prefix[..9], (ulong)(100 + i)]));
        Assert.Equal(other, Granted("5/1", tokens: 100, blocks: prefix)); // five of eight slots against none
        Assert.Equal(other, Granted("6/1", tokens: 100, blocks: prefix)); // both are warm now
    }

    [Fact]
    public void A_prompt_that_is_mostly_new_goes_to_the_least_loaded()
    {
        Heartbeat("a", slots: 8);
        Heartbeat("b", slots: 8);
        var first = Granted("0/1", tokens: 1000, blocks: [1, 2, 3, 4]);
        Assert.NotEqual(first, Granted("1/1", tokens: 1000, blocks: [1, 2, 30, 40]));
    }

    [Fact]
    public void Load_counts_by_slots_and_ties_go_to_who_waited_longest()
    {
        Heartbeat("small", slots: 2);
        Heartbeat("large", slots: 8);
        List<string?> granted = [];
        for (var i = 0; i < 5; i++) granted.Add(Granted($"{i}/1", tokens: 100));
        Assert.Equal(1, granted.Count(w => w == "small"));

        var idle = new Pool(_time);
        foreach (var worker in (string[])["x", "y", "z"]) idle.Heartbeat(Report(worker, 4));
        List<string?> order = [];
        for (var i = 0; i < 6; i++)
        {
            order.Add(idle.Take(Ticket($"{i}/1"), out _).Worker);
            idle.Release($"{i}/1", 1);
        }

        Assert.Equal(["x", "y", "z", "x", "y", "z"], order);
    }

    [Fact]
    public void The_worker_that_just_failed_is_avoided_unless_it_is_the_only_one()
    {
        Heartbeat("failed", slots: 4);
        Assert.Equal("failed", Granted("a/2", avoid: "failed"));
        Heartbeat("other", slots: 1);
        Assert.Equal("other", Granted("b/2", avoid: "failed"));
        Assert.Equal(TicketState.Waiting, _pool.Take(Ticket("c/2", avoid: "failed"), out _).State);
        Assert.Equal("failed", Granted("d/1"));
    }

    [Fact]
    public void A_ticket_for_several_slots_is_not_passed_over_for_ever()
    {
        Heartbeat("w", slots: 4);
        for (var i = 0; i < 4; i++) Granted($"{i}/1");
        _pool.Take(Ticket("wide/1", slots: 3), out var wide);
        for (var i = 4; i < 8; i++) Take($"{i}/1", out _);

        _pool.Release("0/1", 1);
        _pool.Release("1/1", 1);
        Assert.False(wide!.Decided.Task.IsCompleted);
        _pool.Release("2/1", 1);
        Assert.Equal("w", _pool.AnswerFor(wide).Worker);
        Assert.Equal(4, _pool.Busy);
    }

    [Fact]
    public void While_a_wide_ticket_waits_for_one_worker_the_others_go_on()
    {
        Heartbeat("a", slots: 2);
        Granted("0/1");
        Granted("1/1");
        _pool.Take(Ticket("wide/1", slots: 2), out var wide);
        Take("other/1", out var other);
        Heartbeat("b", slots: 2, running: ["unknown"]);
        Assert.False(other!.Decided.Task.IsCompleted);
        Heartbeat("c", slots: 2, running: ["unknown too"]);

        Assert.Equal("c", _pool.AnswerFor(other).Worker);
        Assert.False(wide!.Decided.Task.IsCompleted);
    }

    [Fact]
    public void A_ticket_for_more_slots_than_a_worker_has_takes_them_all()
    {
        Heartbeat("w", slots: 4);
        _pool.Take(Ticket("wide/1", slots: 16), out _);
        Assert.Equal(4, _pool.Busy);
        _pool.Release("wide/1", 1);
        Assert.Equal(0, _pool.Busy);
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
        Assert.Equal(4, _pool.Busy);

        _pool.Release("default/1", 1);
        Assert.Equal(TicketState.Granted, Take("priority1/1", band: 0));
        _pool.Release("priority0/1", 1);
        _pool.Release("priority1/1", 1);
        Assert.Equal(TicketState.Waiting, Take("flex2/1", band: 2)); // the two that gave way go on
        _pool.Release("flex0/1", 1);
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
    public void A_fresh_pool_learns_of_grants_by_offers_and_counts_runs_it_does_not_know()
    {
        Heartbeat("w", slots: 3, running: ["a", "b"]);
        Assert.Equal("w", Granted("c/1"));
        Assert.Equal(TicketState.Waiting, Take("d/1", out var waiting));

        _pool.Offer([new HeldGrant(Ticket("a/1"), "w"), new HeldGrant(Ticket("b/1"), "w")]);
        Assert.Equal(3, _pool.Busy);
        _pool.Release("a/1", 1);
        Assert.Equal("w", _pool.AnswerFor(waiting!).Worker);

        // An offer that was under way when its grant was released.
        _pool.Release("b/1", 1);
        _pool.Offer([new HeldGrant(Ticket("b/1"), "w")]);
        Assert.Equal(2, _pool.Busy);
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
            _pool.Take(ticket, out var waiting);
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
            _pool.Release(done.Ticket.Id, output);
            Ask(done.Ticket.Tenant);
        }

        double heavy = service["heavy"], light = service["light"];
        Assert.InRange(heavy / light, 0.95, 1.05);
        Assert.True((heavy + light) * (heavy + light) / (2 * (heavy * heavy + light * light)) >= 0.98); // Jain's index
    }

    [Fact]
    public void The_report_tells_what_workers_said()
    {
        Heartbeat("w", slots: 4);
        Granted("a/1");
        Take("b/1", out _);
        var report = _pool.Read();
        Assert.Equal([new PoolWorker("w", 4, 1 + 1)], report.Workers);
        Assert.Equal((0, 2, 2048, 31), (report.Waiting, report.Granted, report.ContextLength, report.TemplateOverhead));

        _time.AdvanceSeconds(4);
        _pool.Sweep();
        Assert.Equal((0, 2048, 31), (_pool.Read().Workers.Count, _pool.Read().ContextLength, _pool.Read().TemplateOverhead));
    }

    private void Pass(int seconds, string worker, int slots, string[] running)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.AdvanceSeconds(1);
            Heartbeat(worker, slots, running: running);
            _pool.Sweep();
        }
    }

    private void Heartbeat(string worker, int slots, int queueLimit = 192, string[]? running = null) => _pool.Heartbeat(Report(worker, slots, queueLimit, running));

    private static WorkerReport Report(string worker, int slots, int queueLimit = 192, string[]? running = null) => new(worker, slots, running ?? [], 2048, queueLimit, 31);

    private TicketState Take(string id, out WaitingTicket? waiting) => _pool.Take(Ticket(id), out waiting).State;

    private TicketState Take(string id, int band) => _pool.Take(Ticket(id, band: band), out _).State;

    private string? Granted(string id, long tokens = 1, ulong[]? blocks = null, string? avoid = null)
    {
        var answer = _pool.Take(Ticket(id, tokens: tokens, blocks: blocks, avoid: avoid), out _);
        Assert.Equal(TicketState.Granted, answer.State);
        return answer.Worker;
    }

    private static Ticket Ticket(string id, string tenant = "tenant", int slots = 1, long tokens = 1, ulong[]? blocks = null, string? avoid = null, int band = 0) =>
        new(id, tenant, band, slots, tokens, blocks ?? [], avoid);
}
