using Platform.Scenarios.Tests.Cluster;
using ClusterMember = Platform.Scenarios.Tests.Cluster.ClusterMember;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>One thing that goes wrong, and comes right again.</summary>
/// <param name="Kind">What happens, <c>kill -9</c>.</param>
/// <param name="Lasts">At least so long.</param>
/// <param name="Do">Returns what is worth telling of it, or nothing.</param>
internal sealed record Disturbance(string Kind, string Member, TimeSpan Lasts, Func<ClusterMember, Task<string>> Do)
{
    private static readonly string[] Services = ["llama-worker-1", "llama-worker-2", "gateway-1", "gateway-2", "silo-1", "silo-2", "ledger"];

    /// <summary>What may happen to a cluster of two of each; the seed says in which order.</summary>
    public static IReadOnlyList<Disturbance> All { get; } =
    [
        .. Each(Kill, [.. Services, "rabbitmq", "postgres"]),
        .. Each(Restart, Services),
        .. Each(HoldUp(12), "gateway-2", "silo-2", "ledger"),
        .. Each(HoldUp(30), "llama-worker-1", "llama-worker-2", "postgres"),
        .. Each(Away("away", 60, one => one.Terminate()), "postgres"),
        .. Each(Away("dead for", 20, one => one.Kill()), "llama-worker-1", "gateway-2", "silo-1", "silo-2"),
        .. Each(Cut("rabbitmq", one => one.ToBroker!, 25), "llama-worker-1", "llama-worker-2", "gateway-1", "gateway-2", "ledger"),
        .. Each(Cut("postgres", one => one.ToDatabase!, 25), "llama-worker-2", "gateway-1", "silo-1", "ledger"),
        .. Each(Tear("rabbitmq", one => one.ToBroker!), "llama-worker-1", "gateway-1", "ledger"),
        .. Each(Tear("postgres", one => one.ToDatabase!), "llama-worker-1", "gateway-2", "silo-2", "ledger"),
        .. Each(Slow("rabbitmq", one => one.ToBroker!, 10), "llama-worker-2", "gateway-1", "ledger"),
        .. Each(Slow("postgres", one => one.ToDatabase!, 10), "llama-worker-1", "gateway-2", "silo-1", "ledger"),
    ];

    /// <summary>As the figures are told: of all members of a kind together.</summary>
    public string Name => $"{Kind} {Member.TrimEnd('-', '1', '2')}";

    public override string ToString() => $"{Kind} {Member}";

    private static Disturbance Kill(string member) => new("kill -9", member, TimeSpan.Zero, async one =>
    {
        await one.KillAndRestart();
        return "";
    });

    private static Disturbance Restart(string member) => new("SIGTERM", member, TimeSpan.Zero, async one => $"ended after {(await one.Restart()).TotalMilliseconds:0} ms");

    private static Func<string, Disturbance> HoldUp(int seconds) => member => For($"SIGSTOP {seconds} s", member, seconds, one => one.Suspend(), one => one.Continue());

    private static Func<string, Disturbance> Away(string kind, int seconds, Func<ClusterMember, Task> end) => member => new($"{kind} {seconds} s", member, TimeSpan.FromSeconds(seconds), async one =>
    {
        await end(one);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await one.Start();
        await one.Ready();
        return "";
    });

    private static Func<string, Disturbance> Cut(string from, Func<ClusterMember, Link> link, int seconds) =>
        member => For($"cut {seconds} s from {from}", member, seconds, one => link(one).Cut(), one => link(one).Mend());

    private static Func<string, Disturbance> Slow(string to, Func<ClusterMember, Link> link, int seconds) =>
        member => For($"200 ms to {to}", member, seconds, one => link(one).Delay = TimeSpan.FromMilliseconds(200), one => link(one).Delay = TimeSpan.Zero);

    private static Func<string, Disturbance> Tear(string from, Func<ClusterMember, Link> link) => member => For($"torn from {from}", member, 5, one => link(one).Reset(), _ => { });

    /// <summary>Begins, lasts, ends, and waits until all is well again.</summary>
    private static Disturbance For(string kind, string member, int seconds, Action<ClusterMember> begin, Action<ClusterMember> end) => new(kind, member, TimeSpan.FromSeconds(seconds), async one =>
    {
        begin(one);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        end(one);
        await one.Ready();
        return "";
    });

    private static IEnumerable<Disturbance> Each(Func<string, Disturbance> what, params string[] members) => members.Select(what);
}
