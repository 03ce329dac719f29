using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

/// <summary>Workers that come, fall silent and leave, and what is known of their runs.</summary>
public sealed class PoolWorkerTests : PoolScene
{
    [Fact]
    public void A_silent_worker_is_gone_after_three_seconds_with_its_grants()
    {
        Heartbeat("dead", slots: 1);
        Assert.Equal("dead", Granted("a/1"));
        Take("b/1", out var waiting);

        Time.AdvanceSeconds(2);
        Heartbeat("alive", slots: 2);
        Pool.Sweep();
        Assert.Equal("alive", Pool.AnswerFor(waiting!).Worker);
        Assert.Equal(2, Pool.Workers);

        Time.AdvanceSeconds(1.1);
        Pool.Sweep();
        Assert.Equal(1, Pool.Workers);
        Assert.Equal("alive", Granted("a/2"));
        Assert.Equal(2, Pool.Busy);
    }

    [Fact]
    public void Without_a_worker_a_ticket_waits_three_seconds_and_is_then_refused()
    {
        Assert.Equal(TicketState.Waiting, Take("a/1", out var waiting));
        Time.AdvanceSeconds(2.9);
        Assert.Equal(TicketState.Waiting, Pool.AnswerFor(waiting!).State);
        Time.AdvanceSeconds(0.1);
        Assert.Equal(TicketState.NoWorker, Pool.AnswerFor(waiting!).State);
        Assert.Equal(TicketState.NoWorker, Take("b/1", out _));
        Assert.Equal(0, Pool.Waiting);

        Heartbeat("w", slots: 1);
        Assert.Equal("w", Granted("c/1"));
    }

    [Fact]
    public void The_first_heartbeat_serves_who_waits_for_it()
    {
        Take("a/1", out var waiting);
        Heartbeat("w", slots: 1);
        Assert.True(waiting!.Decided.Task.IsCompleted);
        Assert.Equal("w", Pool.AnswerFor(waiting).Worker);
    }

    [Fact]
    public void A_leaving_worker_finishes_what_it_has_and_gets_no_more()
    {
        Heartbeat("old", slots: 4);
        Assert.Equal("old", Granted("a/1"));
        Heartbeat("new", slots: 4);
        Pool.Leave("old");

        for (var i = 0; i < 4; i++) Assert.Equal("new", Granted($"{i}/1"));
        Assert.Equal(TicketState.Waiting, Take("b/1", out _));
        Assert.Equal(5, Pool.Busy);

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
        Assert.Equal(2, Pool.Busy);
        Pass(seconds: 2, "w", slots: 2, running: ["running"]);
        Assert.Equal(1, Pool.Busy);
        Pool.Release("lost/1", 100);
        Assert.Equal(1, Pool.Busy);
    }

    [Fact]
    public void A_freshPool_learns_of_grants_by_offers_and_counts_runs_it_does_not_know()
    {
        Heartbeat("w", slots: 3, running: ["a", "b"]);
        Assert.Equal("w", Granted("c/1"));
        Assert.Equal(TicketState.Waiting, Take("d/1", out var waiting));

        Pool.Offer([new HeldGrant(Ticket("a/1"), "w"), new HeldGrant(Ticket("b/1"), "w")]);
        Assert.Equal(3, Pool.Busy);
        Pool.Release("a/1", 1);
        Assert.Equal("w", Pool.AnswerFor(waiting!).Worker);

        // An offer that was under way when its grant was released.
        Pool.Release("b/1", 1);
        Pool.Offer([new HeldGrant(Ticket("b/1"), "w")]);
        Assert.Equal(2, Pool.Busy);
    }

    [Fact]
    public void The_report_tells_what_workers_said()
    {
        Heartbeat("w", slots: 4);
        Granted("a/1");
        Take("b/1", out _);
        var report = Pool.Read();
        Assert.Equal([new PoolWorker("w", 4, 1 + 1)], report.Workers);
        Assert.Equal((0, 2, 2048, 31), (report.Waiting, report.Granted, report.ContextLength, report.TemplateOverhead));

        Time.AdvanceSeconds(4);
        Pool.Sweep();
        Assert.Equal((0, 2048, 31), (Pool.Read().Workers.Count, Pool.Read().ContextLength, Pool.Read().TemplateOverhead));
    }
}
