using System.Diagnostics;
using ClusterMember = Platform.Scenarios.Tests.Cluster.ClusterMember;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>One thing that goes wrong.</summary>
/// <param name="Do">Returns what is worth telling of it, or nothing.</param>
internal sealed record Disturbance(string Name, string Member, Func<ClusterMember, Task<string>> Do)
{
    /// <summary>What may happen to a cluster of two of each; the seed says in which order.</summary>
    public static IReadOnlyList<Disturbance> All { get; } =
    [
        .. Each(Kill, "llama-worker-1", "llama-worker-2", "gateway-1", "gateway-2", "silo-1", "silo-2", "ledger", "rabbitmq", "postgres"),
        .. Each(HoldUp, "llama-worker-1", "gateway-2", "silo-2", "ledger"),
        .. Each(Restart, "llama-worker-1", "llama-worker-2", "gateway-1", "gateway-2", "silo-1", "silo-2", "ledger"),
    ];

    public static Disturbance Kill(string member) => new("kill -9", member, async one =>
    {
        await one.KillAndRestart();
        return "";
    });

    /// <summary>SIGSTOP for as long as a partition may last.</summary>
    public static Disturbance HoldUp(string member) => new("SIGSTOP", member, async one =>
    {
        one.Suspend();
        await Task.Delay(TimeSpan.FromSeconds(12));
        one.Continue();
        await one.Ready();
        return "";
    });

    public static Disturbance Restart(string member) => new("SIGTERM", member, async one =>
    {
        var watch = Stopwatch.StartNew();
        await one.Terminate();
        var ended = watch.ElapsedMilliseconds;
        await one.Start();
        await one.Ready();
        return $"ended after {ended} ms";
    });

    public override string ToString() => $"{Name} {Member}";

    private static IEnumerable<Disturbance> Each(Func<string, Disturbance> what, params string[] members) => members.Select(what);
}
