using System.Diagnostics;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>When the events of one stream came, over all its connections; moments are <see cref="Stopwatch"/> timestamps.</summary>
internal sealed class Pulse
{
    private readonly long _asked = Stopwatch.GetTimestamp();

    /// <summary>From the request to the first event: waiting for a worker is in it. Null before that.</summary>
    public TimeSpan? First => FirstAt == 0 ? null : Stopwatch.GetElapsedTime(_asked, FirstAt);
    public long FirstAt { get; private set; }
    public long LastAt { get; private set; }

    /// <summary>The longest time between two events, and when it ended.</summary>
    public TimeSpan Gap { get; private set; }
    public long GapEnded { get; private set; }

    /// <summary>When a connection broke.</summary>
    public List<long> Cuts { get; } = [];

    public void Beat()
    {
        var now = Stopwatch.GetTimestamp();
        if (FirstAt == 0) (FirstAt, GapEnded) = (now, now);
        else if (Stopwatch.GetElapsedTime(LastAt, now) is var gap && gap > Gap) (Gap, GapEnded) = (gap, now);
        LastAt = now;
    }

    public void Cut() => Cuts.Add(Stopwatch.GetTimestamp());
}
