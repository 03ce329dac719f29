using System.Diagnostics;
using Platform.Cli.Processes;
using Platform.Scenarios.Tests.Cluster;
using ClusterMember = Platform.Scenarios.Tests.Cluster.ClusterMember;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Looks every other second at the memory of every process of a cluster.</summary>
internal sealed class MemoryWatch(TestCluster cluster)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>What a process takes in its first minute it takes once.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(1);

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

    /// <summary>How often it was started, MiB after the first minute and at the end of its last life, and MiB a minute after the first minutes of all its lives.</summary>
    public (int Starts, double? From, double? To, double? Slope) Of(string member)
    {
        var lives = _lives[member];
        var settled = lives[^1].Settled;
        return settled.Count == 0 ? (lives.Count, null, null, null) : (lives.Count, settled[0].Mebibytes, settled[^1].Mebibytes, Slope(lives));
    }

    /// <summary>Least squares with one slope for all lives and a level for each; null where they were too short to tell.</summary>
    private static double? Slope(List<Life> lives)
    {
        var (over, under, seconds) = (0.0, 0.0, 0.0);
        foreach (var settled in lives.Select(life => life.Settled).Where(settled => settled.Count > 1))
        {
            var (time, memory) = (settled.Average(sample => sample.Minutes), settled.Average(sample => sample.Mebibytes));
            over += settled.Sum(sample => (sample.Minutes - time) * (sample.Mebibytes - memory));
            under += settled.Sum(sample => (sample.Minutes - time) * (sample.Minutes - time));
            seconds += 60 * (settled[^1].Minutes - settled[0].Minutes);
        }

        return seconds < 60 ? null : over / under;
    }

    private void Look(ClusterMember member)
    {
        if (member.Pid is not { } pid || ProcessUse.Of(pid) is not { MemoryBytes: > 0 } use) return;
        if (!_lives.TryGetValue(member.Name, out var lives)) lives = _lives[member.Name] = [];
        if (lives.Count == 0 || lives[^1].Pid != pid) lives.Add(new Life(pid, Stopwatch.StartNew(), []));
        var life = lives[^1];
        if (life.Age.Elapsed > WarmUp) life.Settled.Add((life.Age.Elapsed.TotalMinutes, use.MemoryBytes / 1048576.0));
    }

    private sealed record Life(int Pid, Stopwatch Age, List<(double Minutes, double Mebibytes)> Settled);
}
