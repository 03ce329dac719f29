using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The budgets of a project and its keys in the month that is. What is held when a month ends is held of the next.</summary>
internal sealed class ProjectBudgets(TimeProvider time)
{
    private readonly MonthlyBudget _project = new();
    private readonly Dictionary<string, MonthlyBudget> _keys = [];
    private DateTimeOffset _month = CalendarMonth.Of(time.GetUtcNow());

    public Amount Spent => _project.Spent;

    public IReadOnlyDictionary<string, Amount> SpentByKey => _keys.Where(key => key.Value.Spent != default).ToDictionary(key => key.Key, key => key.Value.Spent);

    public void Configure(QuotaLimits limits)
    {
        _project.Limit = limits.ProjectBudget;
        foreach (var (id, key) in _keys) key.Limit = limits.KeyBudgets.GetValueOrDefault(id, Budget.Unlimited);
        foreach (var (id, limit) in limits.KeyBudgets) Key(id).Limit = limit;
    }

    public void StartFrom(Spent spent)
    {
        _month = spent.Month;
        foreach (var key in spent.Keys) Of(key.KeyId).Spend(new(key.Tokens, key.CostMicros));
        foreach (var above in spent.Above) Record(above.KeyId, new(above.Tokens, above.CostMicros), above.FinishedAt);
    }

    public BudgetSet Of(string keyId) => new(_project, Key(keyId));

    /// <summary>What ended before this month counts in the one it ended in.</summary>
    public void Record(string keyId, Amount used, DateTimeOffset finishedAt)
    {
        if (finishedAt >= _month) Of(keyId).Spend(used);
    }

    /// <summary>Begins a new month when its time has come.</summary>
    public void Turn()
    {
        var month = CalendarMonth.Of(time.GetUtcNow());
        if (month <= _month) return;
        _month = month;
        _project.Spent = default;
        foreach (var key in _keys.Values) key.Spent = default;
    }

    private MonthlyBudget Key(string id)
    {
        if (!_keys.TryGetValue(id, out var key)) _keys.Add(id, key = new MonthlyBudget());
        return key;
    }
}
