namespace Platform.Inference.Batching;

/// <summary>Who runs and who waits, each oldest first. What has to give way to others waits again in its old place.</summary>
internal sealed class Roster(SlotTable slots, Occupancy occupancy)
{
    private readonly List<Sequence> waiting = [];

    /// <summary>After somebody gave way nobody is let in until somebody leaves; else the two would take turns reading their prompts.</summary>
    private bool held;

    public List<Sequence> Active { get; } = [];
    public SlotTable Slots { get; set; } = slots;
    public bool IsEmpty => Active.Count == 0 && waiting.Count == 0;

    /// <summary>The oldest that waits.</summary>
    public Sequence? Next => waiting.Count > 0 ? waiting[0] : null;

    public void Enqueue(Sequence sequence) => Insert(waiting, sequence);

    /// <summary>Gives slots to those that wait, in order, those that are paused last, while there is room.</summary>
    public void Admit()
    {
        GiveWay();
        while (!held && waiting.Count > 0 && Slots.HasIdle)
        {
            var sequence = waiting.Find(sequence => !sequence.IsPaused) ?? waiting[0];
            (sequence.Leader, sequence.Shared) = Following.Choose(sequence, Active, Slots);
            if (!Slots.Place(sequence, Promised()))
            {
                sequence.Leader = null;
                return;
            }

            waiting.Remove(sequence);
            Insert(Active, sequence);
        }
    }

    /// <summary>Where only one can run, it does not keep others waiting while it is paused.</summary>
    private void GiveWay()
    {
        if (Active is [{ IsPaused: true } only] && !Slots.HasIdle && waiting.Exists(sequence => !sequence.IsPaused))
        {
            SendBack(only);
        }
    }

    /// <summary>Lets waiting sequences in after all. False: none was held back.</summary>
    public bool Unhold()
    {
        var wasHeld = held && waiting.Count > 0;
        held = false;
        return wasHeld;
    }

    /// <summary>Sends one back to wait: a paused one if there is one, else the youngest. False: only one is left.</summary>
    public bool Preempt()
    {
        if (Active.Count < 2)
        {
            return false;
        }

        var sequence = Active.FindLast(sequence => sequence.IsPaused) ?? Active[^1];
        var slot = sequence.Slot!;
        SendBack(sequence);
        Slots.Clear(slot);
        held = true;
        return true;
    }

    /// <summary>Everybody waits again: the context, and with it the caches, is lost.</summary>
    public void SendAllBack()
    {
        while (Active.Count > 0)
        {
            SendBack(Active[^1]);
        }
    }

    /// <summary>Takes an ended sequence out; its slot keeps the cache.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.Slot is { } slot)
        {
            Leave(sequence);
            Slots.Release(slot);
            held = false;
        }
        else
        {
            waiting.Remove(sequence);
        }

        Count();
    }

    /// <summary>Publishes how many run and wait.</summary>
    public void Count() => occupancy.Now(Active.Count, waiting.Count, Slots.Used);

    private void SendBack(Sequence sequence)
    {
        var slot = sequence.Slot!;
        Leave(sequence);
        Slots.Release(slot);
        Insert(waiting, sequence);
    }

    /// <summary>Whoever waits for this one to read has to look for another reader.</summary>
    private void Leave(Sequence sequence)
    {
        Active.Remove(sequence);
        sequence.Leader = null;
        for (var i = Active.Count - 1; i >= 0; i--)
        {
            if (Active[i].Leader == sequence)
            {
                SendBack(Active[i]);
            }
        }
    }

    private int Promised()
    {
        var promised = 0;
        foreach (var sequence in Active)
        {
            promised += sequence.Outstanding;
        }

        return promised;
    }

    private static void Insert(List<Sequence> list, Sequence sequence)
    {
        var at = list.Count;
        while (at > 0 && Sequence.ByAge(list[at - 1], sequence) > 0)
        {
            at--;
        }

        list.Insert(at, sequence);
    }
}
