using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>All that a generation counts against: taken of all or of none.</summary>
internal readonly record struct Levels(BucketSet Requests, BucketSet Tokens, BudgetSet Budgets)
{
    public Refusal Ask(Reservation asked, long now) =>
        Budgets.Ask(asked.Amount).OrLonger(Requests.Ask(asked.Requests, now, "requests")).OrLonger(Tokens.Ask(asked.Amount.Tokens, now, "tokens"));

    public Refusal Ask(Amount wanted, long now) => Budgets.Ask(wanted).OrLonger(Tokens.Ask(wanted.Tokens, now, "tokens"));

    public QuotaAnswer Answer(Refusal refusal, long now) =>
        new(refusal.Limit is null, refusal.Limit, refusal.RetryAfterMs, Requests.Report(now), Tokens.Report(now), Budgets.AreLimited);
}
