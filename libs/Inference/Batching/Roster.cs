namespace Platform.Inference.Batching;

/// <summary>
/// Who runs and who waits, each oldest first. What has to give way to others waits again in its old place. Slots go to lower bands first; where none is free, to a lower band's
/// sequence at the cost of a higher one's. Nobody waits for ever: who has waited long is served as if of a lower band, and is not sent back then by those it was served like.
/// </summary>
internal sealed class Roster(SlotTable slots, Occupancy occupancy)
{
    /// <summary>Steps of waiting that bring a sequence a band forward.</summary>
    public const int Ageing = 1000;

    private readonly List<Sequence> waiting = [];
    private long step;

    /// <summary>After somebody gave way nobody is let in until somebody leaves; else the two would take turns reading their prompts.</summary>
    private bool held;

    public List<Sequence> Active { get; } = [];
    public SlotTable Slots { get; set; } = slots;
    public bool IsEmpty => Active.Count == 0 && waiting.Count == 0;

    /// <summary>The oldest that waits.</summary>
    public Sequence? Next => waiting.Count > 0 ? waiting[0] : null;

    public void Enqueue(Sequence sequence)
    {
        sequence.WaitsSince = step;
        Insert(waiting, sequence);
    }

    /// <summary>Gives slots to those that wait, in order, those that are paused last, while there is room or somebody who has to make it.</summary>
    public void Admit()
    {
        Age();
        GiveWay();
        while (First() is { } sequence && ((Slots.HasIdle && !held) || Evict(sequence)))
        {
            (sequence.Leader, sequence.Shared) = Following.Choose(sequence, Active, Slots);
            if (Slots.Place(sequence, Promised()))
            {
                waiting.Remove(sequence);
                Insert(Active, sequence);
            }
            else
            {
                sequence.Leader = null;
                if (!Evict(sequence))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Lets waiting sequences in after all. False: none was held back.</summary>
    public bool Unhold()
    {
        var wasHeld = held && waiting.Count > 0;
        held = false;
        return wasHeld;
    }

    /// <summary>Sends one back to wait: a paused one if there is one, else the youngest of the highest band. False: only one is left.</summary>
    public bool Preempt()
    {
        if (Active.Count < 2)
        {
            return false;
        }

        var sequence = Active.FindLast(sequence => sequence.IsPaused) ?? Last();
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

    /// <summary>Brings forward who has waited long; a step goes by.</summary>
    private void Age()
    {
        step++;
        foreach (var sequence in waiting)
        {
            if (sequence.Band > 0 && step - sequence.WaitsSince >= Ageing)
            {
                (sequence.Band, sequence.WaitsSince) = (sequence.Band - 1, step);
            }
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

    /// <summary>Who is served next: a paused one after all others, a lower band before a higher one, the oldest of those alike.</summary>
    private Sequence? First()
    {
        Sequence? first = null;
        foreach (var sequence in waiting)
        {
            if (first is null || (sequence.IsPaused, sequence.Band).CompareTo((first.IsPaused, first.Band)) < 0)
            {
                first = sequence;
            }
        }

        return first;
    }

    /// <summary>Sends back whom a sequence comes before, by the band it asked for: having waited long takes a slot from nobody. False: there is none.</summary>
    private bool Evict(Sequence sequence)
    {
        if (sequence.IsPaused || Active.Count == 0 || Last() is not { } last || last.Band <= sequence.Generation.Request.Band)
        {
            return false;
        }

        var slot = last.Slot!;
        SendBack(last);
        Slots.Keep(slot);
        return true;
    }

    /// <summary>The youngest of the highest band that runs; there is one.</summary>
    private Sequence Last()
    {
        var last = Active[^1];
        foreach (var sequence in Active)
        {
            last = sequence.Band > last.Band || (sequence.Band == last.Band && Sequence.ByAge(sequence, last) > 0) ? sequence : last;
        }

        return last;
    }

    private void SendBack(Sequence sequence)
    {
        var slot = sequence.Slot!;
        Leave(sequence);
        Slots.Release(slot);
        Enqueue(sequence);
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
