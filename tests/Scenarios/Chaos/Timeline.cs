using System.Diagnostics;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What happened when, and what the clients felt of it. What a stream lived through belongs to the disturbance that came last before it.</summary>
internal sealed class Timeline
{
    private const string Quiet = "before the first";
    private readonly List<(string Name, long At)> _begun = [(Quiet, Stopwatch.GetTimestamp())];

    public void Begin(Disturbance disturbance) => _begun.Add((disturbance.Name, Stopwatch.GetTimestamp()));

    public IEnumerable<string> Figures(IReadOnlyCollection<Pulse> pulses)
    {
        var columns = new Columns("disturbance", "times", "streams", "cut", "first p50", "first p99", "gap p50", "gap p99", "gap most");
        foreach (var name in _begun.Select(one => one.Name).Distinct())
        {
            var first = pulses.Where(pulse => During(pulse.FirstAt) == name).Select(pulse => pulse.First!.Value).Order().ToList(); // every one of them began
            var gaps = pulses.Where(pulse => During(pulse.GapEnded) == name).Select(pulse => pulse.Gap).Order().ToList();
            columns.Add(name, name == Quiet ? null : _begun.Count(one => one.Name == name), gaps.Count, pulses.Sum(pulse => pulse.Cuts.Count(cut => During(cut) == name)),
                Quantile(first, 0.5), Quantile(first, 0.99), Quantile(gaps, 0.5), Quantile(gaps, 0.99), Quantile(gaps, 1));
        }

        return columns.Lines();
    }

    private string During(long moment) => _begun.FindLast(one => one.At <= moment) is { Name: { } name } ? name : Quiet;

    private static TimeSpan? Quantile(List<TimeSpan> sorted, double share) => sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
