namespace Platform.LlamaWorker.Runs;

/// <summary>Generations that were closed or cancelled lately, so that a run that comes late or twice does not start.</summary>
internal sealed class Fences(TimeProvider clock)
{
    private const int Most = 100_000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Fence> _fences = [];
    private readonly Queue<(string Generation, long At)> _order = new();

    /// <param name="Run">This run and those before it.</param>
    /// <param name="Closed">Its owner wants to hear no more of it; else it was only cancelled.</param>
    public readonly record struct Fence(int Run, bool Closed);

    public void Raise(string generation, Fence fence)
    {
        if (!_fences.TryGetValue(generation, out var before)) _order.Enqueue((generation, clock.GetTimestamp()));
        if (before.Run <= fence.Run) _fences[generation] = fence with { Closed = fence.Closed || (before.Closed && before.Run == fence.Run) };
        Forget();
    }

    /// <summary>The fence in front of a run, if there is one.</summary>
    public Fence? Before(string generation, int run) => _fences.TryGetValue(generation, out var fence) && run <= fence.Run ? fence : null;

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count > Most || clock.GetElapsedTime(oldest.At) > Kept))
        {
            _order.Dequeue();
            _fences.Remove(oldest.Generation);
        }
    }
}
