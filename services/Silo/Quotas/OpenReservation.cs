using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>Holds on to the levels it was taken from, so that limits may change while it is open.</summary>
internal sealed class OpenReservation(Levels levels)
{
    public Levels Levels { get; } = levels;
    public Amount Amount { get; private set; }
    public long Touched { get; set; }

    /// <summary>Tokens its gateway said were used; null: it said nothing yet.</summary>
    public long? Settled { get; set; }

    /// <summary>Nobody offers it any more.</summary>
    public bool IsLost { get; set; }

    public void Resize(Amount amount, long now)
    {
        var more = amount - Amount;
        if (more.Tokens > 0) Levels.Tokens.Take(more.Tokens, now);
        else if (more.Tokens < 0) Levels.Tokens.GiveBack(-more.Tokens, now);
        Levels.Budgets.Hold(more);
        Amount = amount;
    }
}
