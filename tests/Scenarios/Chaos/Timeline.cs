using System.Diagnostics;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What happened when, and what the clients felt of it. What a stream lived through belongs to the disturbance that came last before it.</summary>
internal sealed class Timeline
{
    private const string Quiet = "before the first";
    private readonly List<(string Name, long At, long Until)> _begun = [(Quiet, Stopwatch.GetTimestamp(), 0)];

    public void Begin(Disturbance disturbance) => _begun.Add((disturbance.Name, Stopwatch.GetTimestamp(), long.MaxValue));

    /// <summary>The last one is over, and all is well again.</summary>
    public void End() => _begun[^1] = _begun[^1] with { Until = Stopwatch.GetTimestamp() };

    /// <summary>How often something happened to a process of this kind.</summary>
    public int Times(string member) => _begun.Count(one => one.Name.EndsWith(" " + member, StringComparison.Ordinal));

    /// <summary>A stretch of time, with every disturbance that had a share in it, or was over less than <paramref name="after"/> before.</summary>
    public (long From, long To) Around(long from, long to, TimeSpan after)
    {
        foreach (var (_, at, until) in _begun)
        {
            if (at > to || Stopwatch.GetElapsedTime(until, from) > after) continue;
            (from, to) = (Math.Min(from, at), Math.Max(to, until));
        }

        return (from, to);
    }

    public IEnumerable<string> Figures(Outcomes outcomes)
    {
        var columns = new Columns("disturbance", "times", "streams", "cut", "first p50", "first p99", "gap p50", "gap p99", "gap most", "refused most");
        foreach (var name in _begun.Select(one => one.Name).Distinct())
        {
            var first = outcomes.Pulses.Where(pulse => During(pulse.FirstAt) == name).Select(pulse => pulse.First!.Value).Order().ToList(); // every one of them began
            var gaps = outcomes.Pulses.Where(pulse => During(pulse.GapEnded) == name).Select(pulse => pulse.Gap).Order().ToList();
            var refused = outcomes.Outages.Where(outage => During(outage.From) == name).Select(outage => Stopwatch.GetElapsedTime(outage.From, outage.To)).Order().ToList();
            columns.Add(name, name == Quiet ? null : _begun.Count(one => one.Name == name), gaps.Count, outcomes.Pulses.Sum(pulse => pulse.Cuts.Count(cut => During(cut) == name)),
                Quantile(first, 0.5), Quantile(first, 0.99), Quantile(gaps, 0.5), Quantile(gaps, 0.99), Quantile(gaps, 1), Quantile(refused, 1));
        }

        return columns.Lines();
    }

    private string During(long moment) => _begun.FindLast(one => one.At <= moment) is { Name: { } name } ? name : Quiet;

    private static TimeSpan? Quantile(List<TimeSpan> sorted, double share) => sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
