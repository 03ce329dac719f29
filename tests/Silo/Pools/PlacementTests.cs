using Platform.Grains.Pools;
using Platform.Silo.Pools;

namespace Platform.Silo.Tests.Pools;

/// <summary>Which of the free workers is granted.</summary>
public sealed class PlacementTests : PoolScene
{
    [Fact]
    public void A_free_worker_is_granted_at_once_and_once()
    {
        Heartbeat("w", slots: 2);
        Assert.Equal("w", Granted("a/1"));
        Assert.Equal("w", Granted("a/1"));
        Assert.Equal(1, Pool.Busy);
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

        var idle = new Pool(Time);
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
        Assert.Equal(TicketState.Waiting, Pool.Take(Ticket("c/2", avoid: "failed"), out _).State);
        Assert.Equal("failed", Granted("d/1"));
    }
}
