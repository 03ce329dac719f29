using Platform.Inference.Engine;

namespace Platform.Inference.Batching;

/// <summary>The slots of one context: who has which, what their caches hold, and how many cells that takes.</summary>
internal sealed class SlotTable
{
    private readonly IEngineContext context;
    private readonly Slot[] slots;
    private readonly CellTable cells;
    private readonly HostCache host;
    private long clock;

    public SlotTable(IEngineContext context, IEngineModel model, int count, HostCache host)
    {
        (this.context, this.host) = (context, host);
        CanTrim = model.Info.CanTrim;
        cells = new CellTable(context.Info.ContextLength, count);
        slots = [.. Enumerable.Range(0, count).Select(id => new Slot(id, model))];
    }

    public int Free => cells.Free;
    public int Used => cells.Used;
    public bool CanTrim { get; }
    public int LongRun => context.Info.LongRun;
    public bool HasIdle => LeastRecentlyUsed(mayBeEmpty: true) is not null;

    /// <summary>How many of a sequence's tokens need not be read: some slot holds them, or the host's memory.</summary>
    public int Cached(Sequence sequence)
    {
        var tokens = sequence.Tokens[..^1];
        var (tenant, isShort) = (sequence.Generation.Request.Tenant, IsShort(sequence));
        return host.Longest(tokens, tenant, LongestPrefix(tokens, tenant, isShort).Common, whole: !CanTrim, isShort);
    }

    /// <summary>Gives a sequence a slot with the longest cached prefix there is. False: no slot, or too few cells for it beside <paramref name="promised"/> others.</summary>
    public bool Place(Sequence sequence, int promised)
    {
        if (LeastRecentlyUsed(mayBeEmpty: true) is not { } target)
        {
            return false;
        }

        var tokens = sequence.Tokens[..^1];
        var (tenant, isShort) = (sequence.Generation.Request.Tenant, IsShort(sequence));
        var looks = sequence is { Leader: null, ScoresPrompt: false, Generation.Request.Sampling.Deterministic: false };
        var (source, common) = looks ? LongestPrefix(tokens, tenant, isShort) : (null, 0);
        var goesOn = source is { Sequence: null } && (source == target || common * 2 >= source.Length || !CanTrim);
        target = goesOn ? source! : target; // not null where it goes on
        if (!goesOn || common * 2 < target.Length)
        {
            Keep(target);
        }

        var (saved, loaded) = looks ? host.Take(tokens, tenant, common, whole: !CanTrim, isShort) : (null, 0);
        if (saved is not null && Load(target, saved))
        {
            Trim(target, loaded);
        }
        else if (goesOn)
        {
            Trim(target, common);
        }
        else
        {
            Clear(target);
            if (source is not null)
            {
                CopyPrefix(source, target, Math.Min(common, source.Length)); // making room may have cleared it
            }
        }

        target.Sequence = sequence;
        target.Tenant = tenant;
        target.Tokens = sequence.Buffer;
        sequence.Slot = target;
        while (cells.Free < promised + sequence.Outstanding)
        {
            if (!DropIdle())
            {
                Release(target);
                return false;
            }
        }

        sequence.Cached = Math.Min(target.Length, sequence.PromptLength);
        target.Seen.Reset(sequence.Generation.Request.Sampling, sequence.Prompt, sequence.Output);
        return true;
    }

    /// <summary>Lets a follower have what its leader has read. False: this model can't; it has to read for itself.</summary>
    public bool Share(Sequence leader, Sequence follower, int length)
    {
        follower.Leader = null;
        if (!CanTrim && length != leader.Slot!.Length)
        {
            return false;
        }

        CopyPrefix(leader.Slot!, follower.Slot!, length);
        follower.Cached = leader.Generation == follower.Generation ? leader.Cached : Math.Min(length, follower.PromptLength);
        return true;
    }

    /// <summary>
    /// Whether a prompt is read in no long run: then it shares nothing that was, so that its answer does not depend on which prompts came before it.
    /// A long prompt shares what there is; for it, reading less is worth more.
    /// </summary>
    public bool IsShort(Sequence sequence) => sequence.PromptLength < LongRun;

    /// <summary>Tokens were decoded.</summary>
    public void Advance(Slot slot, int count)
    {
        if (count >= LongRun)
        {
            slot.LongFrom = Math.Min(slot.LongFrom, slot.Length);
        }

        slot.Length += count;
        cells.Extend(slot.Id, count);
    }

    /// <summary>Takes a slot from its sequence; the cache stays.</summary>
    public void Release(Slot slot)
    {
        slot.Sequence!.Slot = null;
        slot.Sequence = null;
        slot.LastUsed = ++clock;
    }

    public void Clear(Slot slot) => Trim(slot, 0);

    /// <summary>Drops what was read of tokens that turned out to be others.</summary>
    public void Shorten(Slot slot, int length) => Trim(slot, length);

    /// <summary>Takes the least recently used cache nobody is using out of the context, to the host's memory where that is wanted. False: there is none.</summary>
    public bool DropIdle()
    {
        if (LeastRecentlyUsed(mayBeEmpty: false) is not { } slot)
        {
            return false;
        }

        Keep(slot);
        Clear(slot);
        return true;
    }

    /// <summary>Nothing runs: makes the context empty where idle cells would slow down what comes next.</summary>
    public void Rest()
    {
        while (host.IsOn && context.Info.IdleCellsCost && DropIdle())
        {
        }
    }

    /// <summary>Forgets every cache nobody is using: after a refused decode none of them can be trusted.</summary>
    public void ClearIdle()
    {
        while (LeastRecentlyUsed(mayBeEmpty: false) is { } slot)
        {
            Clear(slot);
        }
    }

    /// <summary>Takes the engine's word for what a slot holds, after a decode that was broken off.</summary>
    public void Resynchronise(Slot slot)
    {
        var length = Math.Min(context.Length(slot.Id), slot.Sequence?.Count - 1 ?? slot.Length);
        if (length > slot.Length)
        {
            Advance(slot, length - slot.Length);
        }

        Trim(slot, length);
    }

    /// <summary>Copies what a slot holds to the host's memory, where that is wanted.</summary>
    public void Keep(Slot slot)
    {
        var tokens = slot.Tokens.AsSpan(0, slot.Length);
        if (host.IsOn && host.Wants(tokens, slot.Tenant) && context.Save(slot.Id) is { } saved)
        {
            saved.LongFrom = slot.LongFrom;
            host.Add(tokens, slot.Tenant, saved);
        }
    }

    private (Slot? Source, int Common) LongestPrefix(ReadOnlySpan<int> tokens, string tenant, bool isShort)
    {
        Slot? best = null;
        var longest = 0;
        foreach (var slot in slots)
        {
            var common = slot.CommonPrefix(tokens, tenant, isShort);
            if ((common > longest || (common == longest && common > 0 && slot.Sequence is null)) && (CanTrim || common == slot.Length))
            {
                (best, longest) = (slot, common);
            }
        }

        return (best, longest);
    }

    private Slot? LeastRecentlyUsed(bool mayBeEmpty)
    {
        Slot? found = null;
        foreach (var slot in slots)
        {
            if (slot.Sequence is null && (mayBeEmpty || slot.Length > 0) && (found is null || Age(slot) < Age(found)))
            {
                found = slot;
            }
        }

        return found;
    }

    private static long Age(Slot slot) => slot.Length == 0 ? -1 : slot.LastUsed;

    private void Trim(Slot slot, int length)
    {
        if (length < slot.Length || length == 0)
        {
            var kept = context.Trim(slot.Id, length) ? length : 0;
            if (kept < length)
            {
                context.Trim(slot.Id, 0);
            }

            slot.Length = kept;
            slot.LongFrom = Within(slot.LongFrom, kept);
            cells.Trim(slot.Id, kept);
        }
    }

    /// <summary>False: it has no room; the slot is empty.</summary>
    private bool Load(Slot target, SavedSequence saved)
    {
        Clear(target);
        while (cells.Free < saved.Length)
        {
            // not through the host's memory: what is about to be loaded must not be pushed out of it
            if (LeastRecentlyUsed(mayBeEmpty: false) is not { } idle)
            {
                return false;
            }

            Clear(idle);
        }

        if (!context.Load(target.Id, saved))
        {
            return false;
        }

        (target.Length, target.LongFrom) = (saved.Length, saved.LongFrom);
        cells.Extend(target.Id, saved.Length);
        return true;
    }

    private void CopyPrefix(Slot source, Slot target, int length)
    {
        context.CopyPrefix(source.Id, target.Id, length);
        cells.CopyPrefix(source.Id, target.Id, length);
        (target.Length, target.LongFrom) = (length, Within(source.LongFrom, length));
    }

    private static int Within(int longFrom, int length) => longFrom < length ? longFrom : int.MaxValue;
}
