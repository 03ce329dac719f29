using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Clustering;
using Platform.Fixtures;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>A cluster's books: what the events, the usage API and the quota grains say of the project every test uses, and of others a test made.</summary>
internal sealed class Books : IAsyncDisposable
{
    private const string Project = "default";

    private readonly string[] _projects;
    private readonly TestCluster _cluster;
    private readonly IHost _client;

    private Books(TestCluster cluster, IHost client, string[] projects) => (_cluster, _client, _projects) = (cluster, client, [Project, .. projects]);

    /// <summary>Joins the cluster as a client of its grains.</summary>
    public static async Task<Books> Open(TestCluster cluster, params string[] projects)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Platform:Database:ConnectionString"] = cluster.ConnectionString;
        builder.AddClusterClient();
        var client = builder.Build();
        await client.StartAsync();
        return new Books(cluster, client, projects);
    }

    public Task<List<RecordedGeneration>> Events() => Ledger.All(_cluster.ConnectionString);

    /// <summary>Limits a project, and keys of it, in tokens a minute.</summary>
    public Task Limit(string project, long tokens, IReadOnlyDictionary<string, long> keys) =>
        Grains.GetGrain<IProjectQuota>(project).Configure(new QuotaLimits { Project = new Rate(null, tokens), Keys = keys.ToDictionary(key => key.Key, key => new Rate(null, key.Value)) });

    /// <summary>Of all the projects together.</summary>
    public async Task<(int OpenReservations, long Reserved, long Spent)> Quota()
    {
        var reports = await Task.WhenAll(_projects.Select(project => Grains.GetGrain<IProjectQuota>(project).Read().AsTask()));
        return (reports.Sum(one => one.OpenReservations), reports.Sum(one => one.Reserved), reports.Sum(one => one.Spent.Tokens));
    }

    public async Task<PoolReport> Pool(string model) => await Grains.GetGrain<IPool>(model).Read();

    /// <summary>Requests and tokens as the usage API tells them, of the last day.</summary>
    public async Task<(long Requests, long Tokens)> Usage()
    {
        using var admin = _cluster.Client(key: _cluster.AdminKey);
        var page = JsonSerializer.Deserialize<JsonElement>(await admin.GetStringAsync($"v1/organization/usage/completions?start_time={DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds()}"));
        var results = page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).ToList();
        long Sum(string field) => results.Sum(result => result.GetProperty(field).GetInt64());
        return (Sum("num_model_requests"), Sum("input_tokens") + Sum("output_tokens"));
    }

    /// <summary>Waits until so many generations are recorded, each once, and usage, events and quota agree with nothing left open.</summary>
    public async Task Agree(int generations)
    {
        var events = await Eventually.Holds(Events, events => events.Count >= generations, TimeSpan.FromSeconds(60));
        Assert.Equal(generations, events.Count);
        Assert.Equal(generations, events.Select(recorded => recorded.Id).Distinct().Count());
        var tokens = events.Sum(recorded => recorded.Tokens);
        await Eventually.Holds(Usage, usage => usage == (generations, tokens), TimeSpan.FromSeconds(60));
        await Eventually.Holds(Quota, quota => quota == (0, 0, tokens), TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
    }

    private IGrainFactory Grains => _client.Services.GetRequiredService<IGrainFactory>();
}
