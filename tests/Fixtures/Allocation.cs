namespace Platform.Fixtures;

/// <summary>Counts what a piece of code allocates on its own thread once it is warm.</summary>
public static class Allocation
{
    /// <summary>The least of several rounds, in bytes: a round in which the runtime compiles a method anew counts the runtime's own.</summary>
    public static long Of(Action code, int rounds = 5)
    {
        code();
        var least = long.MaxValue;
        for (var round = 0; round < rounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            code();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
