using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>What a project or a key may spend in a month, what is spent of it, and what open reservations hold. Counted without a limit too, for one may be set at any time.</summary>
internal sealed class MonthlyBudget
{
    /// <summary>What others hold and do not use comes back as their generations end.</summary>
    private const int HeldWaitMs = 1000;

    public Budget Limit { get; set; } = Budget.Unlimited;

    public Amount Spent { get; set; }

    public Amount Held { get; set; }

    public bool IsLimited => Limit.CostMicros is not null || Limit.Tokens is not null;

    public Refusal Ask(Amount wanted, string name) =>
        !Has(wanted, Spent) ? new Refusal(name, -1) : !Has(wanted, Spent + Held) ? new Refusal(name, HeldWaitMs) : default;

    /// <summary>Whether half of what is not spent stays for what nobody has told of yet.</summary>
    public bool KeepsHalf(Amount wanted) => Has(wanted + wanted, Spent + Held + Held);

    private bool Has(Amount wanted, Amount used) => !(wanted.CostMicros > Limit.CostMicros - used.CostMicros) && !(wanted.Tokens > Limit.Tokens - used.Tokens);
}
