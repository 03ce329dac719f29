namespace Platform.Inference.Batching;

/// <summary>A submitted request. What callers want of it (cancel, allow) is left here for the engine's thread to see at its next step.</summary>
internal sealed class Generation(SequenceRequest request, long order, int contextLength, Inbox inbox) : SequenceHandle
{
    private volatile bool cancelled;
    private volatile bool final;
    private int allowance = request.Allowance;

    public SequenceRequest Request { get; } = request;

    /// <summary>Arrival; lower came first.</summary>
    public long Order { get; } = order;

    public int ContextLength { get; } = contextLength;
    public Sequence[] Sequences { get; private set; } = [];

    /// <summary>Choices that have not ended.</summary>
    public int Open { get; set; }

    public bool Started { get; set; }
    public bool IsCancelled => cancelled;
    public int Allowance => Volatile.Read(ref allowance);

    /// <summary>Whether no more allowance will come.</summary>
    public bool IsFinal => final;

    /// <summary>Makes the choices; the engine's thread does when the request can be served.</summary>
    public void Begin(Roster roster)
    {
        Sequences = [.. Enumerable.Range(0, Request.Choices).Except(Request.Ended).Select((choice, i) => new Sequence(this, choice, roster) { ScoresPrompt = Request.ScorePrompt && i == 0 })];
        Open = Sequences.Length;
    }

    public override void Cancel()
    {
        cancelled = true;
        inbox.Touch();
    }

    public override void Allow(int tokens, bool final)
    {
        int current;
        while (tokens > (current = Allowance) && Interlocked.CompareExchange(ref allowance, tokens, current) != current)
        {
        }

        this.final |= final;
        inbox.Touch();
    }
}
