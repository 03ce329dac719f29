using Platform.Catalog;
using Platform.Cli.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Platform.Cli.Models;

/// <summary>Bytes a second over the last seconds, however many connections bring them.</summary>
internal sealed class Speed(long already)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    private readonly Queue<(long At, long Bytes)> _noted = new([(TimeProvider.System.GetTimestamp(), already)]);
    private readonly Lock _gate = new();

    public void Note(long bytes)
    {
        lock (_gate)
        {
            var now = TimeProvider.System.GetTimestamp();
            _noted.Enqueue((now, bytes));
            while (_noted.Count > 2 && TimeProvider.System.GetElapsedTime(_noted.Peek().At, now) > Span) _noted.Dequeue();
        }
    }

    public double PerSecond
    {
        get
        {
            lock (_gate)
            {
                var (first, last) = (_noted.Peek(), _noted.Last());
                var seconds = TimeProvider.System.GetElapsedTime(first.At, last.At).TotalSeconds;
                return seconds > 0 ? (last.Bytes - first.Bytes) / seconds : 0;
            }
        }
    }
}

internal sealed class SpeedColumn : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        if (task.Tag is not Speed { PerSecond: > 0 and var speed } || task.Value >= task.MaxValue) return Text.Empty;
        var left = TimeSpan.FromSeconds((task.MaxValue - task.Value) / speed);
        return new Markup($"[dim]{ByteSize.Of((long)speed)}/s[/]  [teal]{Screen.Duration(left)} left[/]");
    }
}

internal sealed class AmountColumn : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Markup($"{ByteSize.Of((long)task.Value)} [dim]of {ByteSize.Of((long)task.MaxValue)}[/]");
}
