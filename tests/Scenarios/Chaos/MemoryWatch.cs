using System.Diagnostics;
using Platform.Cli.Processes;
using Platform.Scenarios.Tests.Cluster;
using ClusterMember = Platform.Scenarios.Tests.Cluster.ClusterMember;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Looks every second at what every process of a cluster has allocated.</summary>
internal sealed class MemoryWatch(TestCluster cluster)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What a process takes until its garbage collector has found its size, and until the code for every fault it meets is compiled, it takes once.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, List<Life>> _lives = [];

    public async Task Run(CancellationToken until)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                foreach (var member in cluster.Members) Look(member);
            }
            while (await timer.WaitForNextTickAsync(until));
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>How often it was started, minutes of its longest life, and of that MiB after the warm-up and at the end, and MiB a minute in between.</summary>
    public (int Starts, double Minutes, double? From, double? To, double? Slope) Of(string member)
    {
        var lives = _lives[member];
        var longest = lives.MaxBy(life => life.Settled.Count)!; // it was started
        return longest.Settled is [var first, .., var last] settled
            ? (lives.Count, last.Minutes, first.Mebibytes, last.Mebibytes, last.Minutes - first.Minutes < 1 ? null : Slope(settled))
            : (lives.Count, longest.Age.Elapsed.TotalMinutes, null, null, null);
    }

    /// <summary>Least squares.</summary>
    private static double Slope(List<(double Minutes, double Mebibytes)> samples)
    {
        var (time, memory) = (samples.Average(sample => sample.Minutes), samples.Average(sample => sample.Mebibytes));
        return samples.Sum(sample => (sample.Minutes - time) * (sample.Mebibytes - memory)) / samples.Sum(sample => (sample.Minutes - time) * (sample.Minutes - time));
    }

    private void Look(ClusterMember member)
    {
        if (member.Pid is not { } pid || ProcessUse.Of(pid) is not { AllocatedBytes: > 0 } use) return;
        if (!_lives.TryGetValue(member.Name, out var lives)) lives = _lives[member.Name] = [];
        if (lives.Count == 0 || lives[^1].Pid != pid) lives.Add(new Life(pid, Stopwatch.StartNew(), []));
        var life = lives[^1];
        if (life.Age.Elapsed > WarmUp) life.Settled.Add((life.Age.Elapsed.TotalMinutes, use.AllocatedBytes / 1048576.0));
    }

    private sealed record Life(int Pid, Stopwatch Age, List<(double Minutes, double Mebibytes)> Settled);
}
