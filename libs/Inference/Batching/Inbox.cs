using Platform.Contracts.Runs;

namespace Platform.Inference.Batching;

/// <summary>Where callers leave word for the engine's thread, and where that thread sleeps when there is nothing to do.</summary>
internal sealed class Inbox
{
    /// <summary>Most generations taken and not ended.</summary>
    public const int Most = 4096;

    private readonly object gate = new();
    private readonly List<Generation> arrivals = [];
    private int open;
    private bool changed;
    private bool closed;
    private bool asleep;

    /// <summary>Leaves a generation, or says why it can't be taken.</summary>
    public RunError? Post(Generation generation)
    {
        lock (gate)
        {
            if (closed)
            {
                return Requests.Unavailable("The engine is stopping.");
            }

            if (open == Most)
            {
                return Requests.Unavailable($"The engine has {Most} generations waiting already.");
            }

            open++;
            arrivals.Add(generation);
            Wake();
            return null;
        }
    }

    /// <summary>A generation has ended.</summary>
    public void Leave()
    {
        lock (gate)
        {
            open--;
        }
    }

    /// <summary>Something was asked of a generation.</summary>
    public void Touch()
    {
        lock (gate)
        {
            Wake();
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Wake();
        }
    }

    /// <summary>Moves what arrived to <paramref name="into"/>; sleeps first when <paramref name="idle"/> and nothing changed. False: closed.</summary>
    /// <param name="news">Whether anything arrived or was asked since the last call.</param>
    public bool Take(List<Generation> into, bool idle, out bool news)
    {
        lock (gate)
        {
            while (idle && !changed)
            {
                asleep = true;
                Monitor.Wait(gate);
                asleep = false;
            }

            news = changed;
            changed = false;
            into.AddRange(arrivals);
            arrivals.Clear();
            return !closed;
        }
    }

    private void Wake()
    {
        changed = true;
        if (asleep)
        {
            Monitor.Pulse(gate);
        }
    }
}
