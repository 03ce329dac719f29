using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The configured limits of one project, as kept in the database.</summary>
internal sealed record ProjectLimits
{
    /// <summary>The project's id.</summary>
    public required string Id { get; init; }

    public required Rate Project { get; init; }
    public Dictionary<string, Rate> Keys { get; init; } = [];
    public Dictionary<string, Rate> Models { get; init; } = [];
    public Budget ProjectBudget { get; init; } = Budget.Unlimited;
    public Dictionary<string, Budget> KeyBudgets { get; init; } = [];

    public QuotaLimits Limits => new() { Project = Project, Keys = Keys, Models = Models, ProjectBudget = ProjectBudget, KeyBudgets = KeyBudgets };

    /// <exception cref="ArgumentOutOfRangeException">A rate is below 1, or a budget below 0.</exception>
    public static ProjectLimits From(string projectId, QuotaLimits limits)
    {
        Check(limits.Project, "project");
        foreach (var (id, rate) in limits.Keys) Check(rate, $"keys.{id}");
        foreach (var (id, rate) in limits.Models) Check(rate, $"models.{id}");
        Check(limits.ProjectBudget, "project_budget");
        foreach (var (id, budget) in limits.KeyBudgets) Check(budget, $"key_budgets.{id}");
        return new ProjectLimits
        {
            Id = projectId, Project = limits.Project, Keys = new(limits.Keys), Models = new(limits.Models), ProjectBudget = limits.ProjectBudget, KeyBudgets = new(limits.KeyBudgets),
        };
    }

    private static void Check(Rate rate, string of)
    {
        Check(rate.RequestsPerMinute, $"{of}.requests_per_minute");
        Check(rate.TokensPerMinute, $"{of}.tokens_per_minute");
    }

    private static void Check(Budget budget, string of)
    {
        if (budget.CostMicros is < 0) throw new ArgumentOutOfRangeException($"{of}.cost_micros", budget.CostMicros, "A budget must be at least 0, or absent for unlimited.");
        if (budget.Tokens is < 0) throw new ArgumentOutOfRangeException($"{of}.tokens", budget.Tokens, "A budget must be at least 0, or absent for unlimited.");
    }

    private static void Check(long? limit, string field)
    {
        if (limit is < 1) throw new ArgumentOutOfRangeException(field, limit, "A limit must be at least 1, or absent for unlimited.");
    }
}
