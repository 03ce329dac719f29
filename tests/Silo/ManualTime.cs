namespace Platform.Silo.Tests;

/// <summary>A clock that stands still until it is told to move.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks;

    public static DateTimeOffset Start { get; } = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_ticks);

    public void Advance(TimeSpan by) => _ticks += by.Ticks;

    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));
}
