using System.Diagnostics;
using Platform.Grains.Pools;

namespace Platform.Silo.Tests.Pools;

public sealed class PoolGrainTests(SiloHost silo)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IPool _pool = silo.Grains.GetGrain<IPool>($"model-{Guid.NewGuid():N}");

    [Fact]
    public async Task A_waiting_ticket_is_answered_the_moment_it_is_granted()
    {
        await Heartbeat(slots: 1);
        Assert.Equal(TicketState.Granted, (await _pool.Take(Ticket("a/1"), Patience)).State);
        var waiting = _pool.Take(Ticket("b/1"), Patience);
        await UntilWaiting(1);

        var since = Stopwatch.GetTimestamp();
        await _pool.Release("a/1", 3);
        Assert.Equal(new TicketAnswer(TicketState.Granted, "w", 0, 0), await waiting);
        Assert.True(Stopwatch.GetElapsedTime(since) < Patience);
    }

    [Fact]
    public async Task A_poll_ends_with_its_patience_and_the_next_goes_on_where_it_was()
    {
        await Heartbeat(slots: 1);
        await _pool.Take(Ticket("a/1"), Patience);
        Assert.Equal(new TicketAnswer(TicketState.Waiting, null, 0, 0), await _pool.Take(Ticket("b/1"), TimeSpan.FromMilliseconds(30)));
        Assert.Equal(new TicketAnswer(TicketState.Waiting, null, 1, 0), await _pool.Take(Ticket("c/1"), TimeSpan.FromMilliseconds(30)));

        await _pool.Release("a/1", 3);
        Assert.Equal(TicketState.Granted, (await _pool.Take(Ticket("b/1"), TimeSpan.FromMilliseconds(30))).State);
    }

    [Fact]
    public async Task A_ticket_taken_out_ends_its_poll()
    {
        await Heartbeat(slots: 1);
        await _pool.Take(Ticket("a/1"), Patience);
        var waiting = _pool.Take(Ticket("b/1"), 4 * Patience);
        await UntilWaiting(1);

        await _pool.Release("b/1", 0);
        Assert.Equal(TicketState.Waiting, (await waiting.WaitAsync(Patience)).State);
        Assert.Equal(0, (await _pool.Read()).Waiting);
    }

    [Fact]
    public async Task The_first_heartbeat_serves_who_waits_for_it()
    {
        var waiting = _pool.Take(Ticket("a/1"), Patience);
        await UntilWaiting(1);
        await Heartbeat(slots: 1);
        Assert.Equal(TicketState.Granted, (await waiting).State);
    }

    [Fact]
    public async Task Two_hundred_callers_share_eight_slots_and_all_are_served()
    {
        await Heartbeat(slots: 8);
        var busy = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            TicketAnswer answer;
            do
            {
                await Heartbeat(slots: 8); // on a busy machine this takes longer than a worker may be silent
                answer = await _pool.Take(Ticket($"{i}/1"), TimeSpan.FromSeconds(1));
            }
            while (answer.State == TicketState.Waiting);
            Assert.Equal(TicketState.Granted, answer.State);
            InterlockedMax(ref most, Interlocked.Increment(ref busy));
            await Task.Yield();
            Interlocked.Decrement(ref busy);
            await _pool.Release($"{i}/1", 16);
        }));

        Assert.InRange(most, 1, 8);
        Assert.Equal((0, 0), ((await _pool.Read()).Waiting, (await _pool.Read()).Granted));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most) Interlocked.CompareExchange(ref most, value, seen);
    }

    private ValueTask Heartbeat(int slots) => _pool.Heartbeat(new WorkerReport("w", slots, [], 2048, 192, 31));

    private async Task UntilWaiting(int tickets)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        while ((await _pool.Read()).Waiting != tickets) limit.Token.ThrowIfCancellationRequested();
    }

    private static Ticket Ticket(string id) => new(id, "tenant", 0, 1, 100, []);
}
