using Platform.Grammars.Matching;

namespace Platform.Grammars;

/// <summary>All ways to have read a text so far. The states after it are worked out when first asked for, and kept.</summary>
public sealed class MatchState
{
    private readonly MatchState?[] next;

    internal MatchState(Configuration[] ways, bool canEnd, int classes)
    {
        (Ways, CanEnd) = (ways, canEnd);
        next = ways.Length == 0 ? [] : new MatchState?[classes];
    }

    internal static MatchState Dead { get; } = new([], false, 0);

    /// <summary>Whether the text is a whole instance.</summary>
    public bool CanEnd { get; }

    /// <summary>Whether another byte may follow.</summary>
    public bool CanContinue => Ways.Length > 0;

    /// <summary>Whether no instance begins so.</summary>
    public bool IsDead => !CanEnd && !CanContinue;

    /// <summary>Kept for who follows the grammar; the same state means the same answer.</summary>
    public object? Note { get; set; }

    internal Configuration[] Ways { get; }

    internal MatchState? this[int byteClass]
    {
        get => next[byteClass];
        set => next[byteClass] = value;
    }
}
