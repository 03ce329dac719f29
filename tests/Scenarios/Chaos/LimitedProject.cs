using System.Net.Http.Json;
using System.Text.Json;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>A project whose tokens a minute are limited, and those of one of its keys more, so that its clients are refused again and again.</summary>
internal sealed class LimitedProject
{
    public const string Id = "limited";

    private const long ProjectLimit = 12_000, KeyLimit = 4_000;

    private readonly string _narrow;

    private LimitedProject(string narrow, IReadOnlyList<string> secrets) => (_narrow, Secrets) = (narrow, secrets);

    /// <summary>Of a key that only the project limits, and of one with a limit of its own.</summary>
    public IReadOnlyList<string> Secrets { get; }

    public static async Task<LimitedProject> Create(TestCluster cluster, Books books)
    {
        using var admin = cluster.Client(key: cluster.AdminKey);
        var (wide, narrow) = (await Key(admin, "wide"), await Key(admin, "narrow"));
        await books.Limit(Id, ProjectLimit, new Dictionary<string, long> { [narrow.Id] = KeyLimit });
        return new(narrow.Id, [wide.Secret, narrow.Secret]);
    }

    /// <summary>In no stretch of time more than the bucket holds and what came in meanwhile; tells how much of it was used.</summary>
    public string Check(IEnumerable<RecordedGeneration> events, Outcomes outcomes)
    {
        var mine = events.Where(recorded => recorded.ProjectId == Id).ToList();
        return $"limited tokens: {Check("project", mine, ProjectLimit, outcomes)}; {Check("key", [.. mine.Where(recorded => recorded.KeyId == _narrow)], KeyLimit, outcomes)}";
    }

    private static string Check(string of, List<RecordedGeneration> events, long limit, Outcomes outcomes)
    {
        double Allowed(DateTime from, DateTime to) => limit * (1 + (to - from).TotalMinutes);
        var ended = events.OrderBy(recorded => recorded.FinishedAt).ToList();
        foreach (var from in events.Select(recorded => recorded.StartedAt))
        {
            var used = 0L;
            foreach (var recorded in ended.Where(recorded => recorded.StartedAt >= from))
            {
                used += recorded.Tokens;
                if (used > Allowed(from, recorded.FinishedAt)) outcomes.Wrong.Enqueue($"{used} tokens of the {of} from {from:HH:mm:ss.fff} to {recorded.FinishedAt:HH:mm:ss.fff}; {Allowed(from, recorded.FinishedAt):0} were allowed");
            }
        }

        return events.Count == 0 ? $"none of the {of}" : $"{events.Sum(recorded => recorded.Tokens)} of the {of}, {events.Sum(recorded => recorded.Tokens) / Allowed(events.Min(recorded => recorded.StartedAt), ended[^1].FinishedAt):0.0%} of what was allowed";
    }

    private static async Task<(string Id, string Secret)> Key(HttpClient admin, string name)
    {
        using var created = await admin.PostAsJsonAsync($"v1/organization/projects/{Id}/api_keys", new { name });
        created.EnsureSuccessStatusCode();
        var key = await created.Content.ReadFromJsonAsync<JsonElement>();
        return (key.GetProperty("id").GetString()!, key.GetProperty("value").GetString()!); // both are in every answer
    }
}
