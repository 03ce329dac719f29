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

    public QuotaLimits Limits => new() { Project = Project, Keys = Keys, Models = Models };

    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    public static ProjectLimits From(string projectId, QuotaLimits limits)
    {
        Check(limits.Project, "project");
        foreach (var (id, rate) in limits.Keys) Check(rate, $"keys.{id}");
        foreach (var (id, rate) in limits.Models) Check(rate, $"models.{id}");
        return new ProjectLimits { Id = projectId, Project = limits.Project, Keys = new(limits.Keys), Models = new(limits.Models) };
    }

    private static void Check(Rate rate, string of)
    {
        Check(rate.RequestsPerMinute, $"{of}.requests_per_minute");
        Check(rate.TokensPerMinute, $"{of}.tokens_per_minute");
    }

    private static void Check(long? limit, string field)
    {
        if (limit is < 1) throw new ArgumentOutOfRangeException(field, limit, "A limit must be at least 1, or absent for unlimited.");
    }
}
