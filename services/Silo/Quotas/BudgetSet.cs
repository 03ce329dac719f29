using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The budgets that a generation counts against: held of both or of none.</summary>
internal readonly record struct BudgetSet(MonthlyBudget Project, MonthlyBudget Key)
{
    public bool AreLimited => Project.IsLimited || Key.IsLimited;

    public Refusal Ask(Amount wanted) => Project.Ask(wanted, "project_budget").OrLonger(Key.Ask(wanted, "key_budget"));

    public bool KeepHalf(Amount wanted) => Project.KeepsHalf(wanted) && Key.KeepsHalf(wanted);

    public void Hold(Amount more)
    {
        Project.Held += more;
        Key.Held += more;
    }

    public void Spend(Amount more)
    {
        Project.Spent += more;
        Key.Spent += more;
    }
}
